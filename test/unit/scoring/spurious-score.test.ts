import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { groupByClass } from "../../../src/scoring/class-groups.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { spuriousScore } from "../../../src/scoring/spurious-score.js";
import { assertClose } from "../../helpers/numbers.js";
import { row } from "../../helpers/rows.js";

function scoreOf(rows: readonly ImageRow[]): ReturnType<typeof spuriousScore> {
  return spuriousScore(groupByClass(rows).classes);
}

const rows = [
  row({ path: "v/1", p: 0.9, predicted: 0 }),
  row({ path: "v/2", p: 0.5, predicted: 3 }),
  row({ path: "s/1", split: "spurious", p: 0.5, predicted: 0 }),
  row({ path: "w/1", class: 3, p: 0.5, predicted: 3 }),
  row({ path: "s/2", class: 3, split: "spurious", p: 0.25, predicted: -1 }),
];

describe("spuriousScore", () => {
  test("scores each class, their mean, and all images pooled", () => {
    const { ap, auroc, classes } = scoreOf(rows);
    assert.deepEqual(
      classes.map((one) => [one.index, one.ap, one.auroc, one.nVal, one.nSpurious]),
      [
        [0, 1 / 2 + (1 / 2) * (2 / 3), 3 / 4, 2, 1],
        [3, 1, 1, 1, 1],
      ],
    );
    assertClose(ap.mean, (5 / 6 + 1) / 2, 1e-15);
    assertClose(ap.joint, 1 / 3 + (2 / 3) * (3 / 4), 1e-15);
    assert.deepEqual(auroc, { mean: 7 / 8, joint: (2 + 1 + 1 + 0.5 + 0.5) / 6 });
  });

  test("counts tied pairs within classes and over all of them", () => {
    const { tiedPairs, classes } = scoreOf(rows);
    assert.deepEqual(tiedPairs, { withinClasses: 1, joint: 2 });
    assert.deepEqual(
      classes.map((one) => one.tiedPairs),
      [1, 0],
    );
  });

  test("the share of images predicted as the class; unknown when a prediction is", () => {
    const [first] = scoreOf(rows).classes;
    assert.deepEqual([first?.fractionVal, first?.fractionSpurious], [0.5, 1]);
    const unknown = rows.map((one, i) => (i === 1 ? { ...one, predicted: null } : one));
    const [without] = scoreOf(unknown).classes;
    assert.deepEqual([without?.fractionVal, without?.fractionSpurious], [null, 1]);
  });

  test("mean probabilities are float32 numbers, as the original's", () => {
    const [first] = scoreOf(rows).classes;
    assert.equal(first?.meanProbVal, Math.fround((Math.fround(0.9) + 0.5) / 2));
  });
});
