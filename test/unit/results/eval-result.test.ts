import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { classInfos } from "../../../src/imagenet/class-info.js";
import { buildEvalResult } from "../../../src/results/eval-result.js";
import { Random } from "../../helpers/random.js";
import { PROVENANCE, randomRows, resultOf, row } from "../../helpers/rows.js";

const rows = randomRows(new Random(81), [94, 0], 5, 7);

describe("buildEvalResult", () => {
  test("names schema and classes, ascending by index, with their components", () => {
    const result = buildEvalResult({
      rows,
      classMap: imagenet1k(),
      components: new Map([[94, [1]]]),
      provenance: PROVENANCE,
    });
    assert.equal(result.schema, "spurious-native/eval/1");
    assert.deepEqual(
      result.classes.map(({ index, wnid, label, components }) => [index, wnid, label, components]),
      [
        [0, "n01440764", "tench", []],
        [94, "n01833805", "hummingbird", [1]],
      ],
    );
  });

  test("counts the images that were scored and those that were not", () => {
    const lonely = row({ path: "x", class: 7 });
    const skipped = {
      path: "broken.jpg",
      split: "val",
      class: 0,
      code: "IMAGE_UNREADABLE",
      message: "no picture",
    } as const;
    const { counts } = buildEvalResult({
      rows: [...rows, lonely],
      classMap: imagenet1k(),
      components: new Map(),
      skipped: [skipped],
      provenance: PROVENANCE,
    });
    assert.deepEqual(counts, {
      val: 10,
      spurious: 14,
      skipped: [skipped],
      ignored: [],
      leftOut: 1,
      unscoredClasses: [],
    });
  });

  test("has intervals for every score, or null for all without a bootstrap", () => {
    const { score, auroc, classes } = resultOf(rows, { bootstrap: 40 });
    const pairs = [score.meanCi95, score.jointCi95, auroc.meanCi95, auroc.jointCi95].concat(
      classes.flatMap(({ apCi95, aurocCi95 }) => [apCi95, aurocCi95]),
    );
    for (const pair of pairs) assert.ok(pair && pair[0] <= pair[1]);
    const without = resultOf(rows, { bootstrap: 0 });
    assert.equal(without.score.meanCi95, null);
    assert.equal(without.auroc.jointCi95, null);
    assert.equal(without.classes[0]?.apCi95, null);
  });

  test("errors name rows as the caller does, and classes by index and label", () => {
    const input = { classMap: imagenet1k(), components: new Map(), provenance: PROVENANCE };
    const broken = [...rows, row({ path: "late", p: 2 })];
    assert.throws(() => buildEvalResult({ ...input, rows: broken, nameRow: (i) => `t.csv:${i}` }), {
      code: "SCORE_INPUT_INVALID",
      message: /t\.csv:24 \(late\)/,
    });
    const orphan = [...rows, row({ path: "s", split: "spurious", class: 2 })];
    assert.throws(() => buildEvalResult({ ...input, rows: orphan }), {
      code: "DATA_CLASS_WITHOUT_VAL",
      message: /class 2 \(.*white.shark\)/,
    });
  });
});

test("classInfos: an index that the map lacks stands for itself", () => {
  const infoOf = classInfos(imagenet1k());
  assert.equal(infoOf(94).label, "hummingbird");
  assert.deepEqual(infoOf(5000), { index: 5000, wnid: "5000", label: "5000", synonyms: "5000" });
});
