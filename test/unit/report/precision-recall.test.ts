import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { precisionRecall } from "../../../src/report/precision-recall.js";
import { averagePrecision } from "../../../src/scoring/average-precision.js";
import { assertClose } from "../../helpers/numbers.js";
import { Random } from "../../helpers/random.js";

describe("precisionRecall", () => {
  test("takes equal scores as one threshold", () => {
    assert.deepEqual(precisionRecall([0.9, 0.5, 0.5], [0.7, 0.5, 0.1]), [
      { recall: 1 / 3, precision: 1 },
      { recall: 1, precision: 3 / 5 },
    ]);
  });

  test("has the average precision as the area of its steps", () => {
    const random = new Random(3);
    for (let i = 0; i < 200; i++) {
      const scores = (count: number): number[] =>
        Array.from({ length: count }, () => random.integer(0, 12) / 12);
      const [val, spurious] = [scores(random.integer(1, 30)), scores(random.integer(0, 30))];
      let before = 0;
      let area = 0;
      for (const { recall, precision } of precisionRecall(val, spurious)) {
        area += (recall - before) * precision;
        before = recall;
      }
      assert.equal(before, 1);
      assertClose(area, averagePrecision(val, spurious), 1e-12, `case ${i}`);
    }
  });
});
