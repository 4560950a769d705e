import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import type { FixAccuracy } from "../../../src/mitigation/fix-evaluation.js";
import { sideEffects } from "../../../src/mitigation/side-effects.js";
import type { EvalResult } from "../../../src/results/eval-result.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf } from "../../helpers/rows.js";

const before = resultOf(randomRows(new Random(3), [2, 94, 565], 8, 12));

/** The same with other numbers of one class. */
function changed(index: number, fields: Partial<EvalResult["classes"][number]>): EvalResult {
  const classes = before.classes.map((one) => (one.index === index ? { ...one, ...fields } : one));
  return { ...before, classes };
}

function accuracyOf(classes: readonly [number, number, number][]): FixAccuracy {
  return {
    accuracy: [0.5, 0.5],
    images: 10,
    classes: classes.map(([index, first, second]) => ({
      index,
      images: 5,
      accuracy: [first, second],
      meanProb: [first / 2, second / 2],
    })),
    skipped: [],
    root: "/val",
    modelClasses: classes.length,
  };
}

describe("sideEffects", () => {
  test("without accuracy looks at the benchmark's validation images", () => {
    const after = changed(94, { fractionVal: 0, meanProbVal: 0.01 });
    const effects = sideEffects(before, after, null, imagenet1k());
    const { fractionVal, meanProbVal } = before.classes[1]!;
    assert.deepEqual(effects, {
      of: "benchmark classes",
      accuracy: [
        { index: 94, label: "hummingbird", before: fractionVal, after: 0, change: -fractionVal! },
      ],
      meanProb: [
        {
          index: 94,
          label: "hummingbird",
          before: meanProbVal,
          after: 0.01,
          change: 0.01 - meanProbVal,
        },
      ],
    });
  });

  test("says whose classes it looked at", () => {
    const measured = accuracyOf([[94, 0.5, 0.6]]);
    const of = (accuracy: FixAccuracy): string =>
      sideEffects(before, before, accuracy, imagenet1k()).of;
    assert.equal(of(measured), "all classes");
    assert.equal(of({ ...measured, modelClasses: 2 }), "measured classes");
  });

  test("lists the ten that moved most, rises and falls alike, ties by index", () => {
    const rows = Array.from({ length: 30 }, (_, index): [number, number, number] => [
      index,
      0.5,
      0.5 + (index % 2 === 0 ? 1 : -1) * Math.floor(index / 2) * 0.01,
    ]);
    const { of, accuracy } = sideEffects(before, before, accuracyOf(rows), imagenet1k());
    assert.equal(of, "all classes");
    assert.deepEqual(
      accuracy.map(({ index }) => index),
      [28, 29, 26, 27, 24, 25, 22, 23, 20, 21],
    );
  });

  test("what did not move and what is not known is left out", () => {
    const effects = sideEffects(before, changed(2, { fractionVal: null }), null, imagenet1k());
    assert.deepEqual([effects.accuracy, effects.meanProb], [[], []]);
  });
});
