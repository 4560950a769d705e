import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { auroc } from "../../../src/scoring/auroc.js";
import { averagePrecision } from "../../../src/scoring/average-precision.js";
import { RankedPool } from "../../../src/scoring/ranked-pool.js";
import { assertClose } from "../../helpers/numbers.js";
import { Random } from "../../helpers/random.js";

describe("RankedPool", () => {
  test("scores images that count several times as lists that repeat them", () => {
    const random = new Random(41);
    for (let round = 0; round < 100; round++) {
      const [positives, negatives] = [random.integer(1, 20), random.integer(1, 20)];
      const count = positives + negatives;
      const p = Float64Array.from({ length: count }, () => random.integer(0, 6) / 6);
      const positive = Uint8Array.from({ length: count }, (_, i) => (i < positives ? 1 : 0));
      const weights = new Int32Array(count);
      for (let i = 0; i < positives; i++) weights[random.integer(0, positives - 1)]! += 1;
      for (let i = 0; i < negatives; i++) weights[random.integer(positives, count - 1)]! += 1;

      const slots = Int32Array.from(random.shuffle([...weights.keys()]));
      const score = { ap: NaN, auroc: NaN };
      new RankedPool(slots, p, positive).score(weights, score);

      const listOf = (from: number, to: number): number[] =>
        [...p.subarray(from, to)].flatMap((value, i) =>
          Array<number>(weights[from + i] ?? 0).fill(value),
        );
      const [upper, lower] = [listOf(0, positives), listOf(positives, count)];
      assertClose(score.ap, averagePrecision(upper, lower), 1e-12);
      assertClose(score.auroc, auroc(upper, lower), 1e-12);
    }
  });

  test("a pool of some slots looks at no others", () => {
    const p = Float64Array.of(0.9, 0.1, 0.5, 0.6);
    const positive = Uint8Array.of(1, 0, 1, 0);
    const score = { ap: NaN, auroc: NaN };
    new RankedPool(Int32Array.of(2, 3), p, positive).score(Int32Array.of(9, 9, 1, 1), score);
    assert.deepEqual(score, { ap: 0.5, auroc: 0 });
  });
});
