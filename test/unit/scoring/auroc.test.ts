import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { auroc, countPairs } from "../../../src/scoring/auroc.js";
import { Random } from "../../helpers/random.js";

describe("auroc", () => {
  test("counts a tie as half a pair", () => {
    assert.equal(auroc([0.5, 0.9], [0.5, 0.1]), 3.5 / 4);
  });

  test("equals the count over all pairs on random scores with many ties", () => {
    const random = new Random(21);
    for (let i = 0; i < 100; i++) {
      const scores = (count: number): number[] =>
        Array.from({ length: count }, () => random.integer(0, 9));
      const [positives, negatives] = [scores(random.integer(1, 30)), scores(random.integer(1, 30))];
      const pairs = positives.flatMap((p) => negatives.map((n) => Math.sign(p - n)));
      const above = pairs.filter((sign) => sign > 0).length;
      const tied = pairs.filter((sign) => sign === 0).length;
      assert.deepEqual(countPairs(positives, negatives), { above, tied });
      assert.equal(auroc(positives, negatives), (above + tied / 2) / pairs.length);
    }
  });

  test("is no number when one side is empty", () => {
    assert.equal(auroc([], [1]), NaN);
  });
});
