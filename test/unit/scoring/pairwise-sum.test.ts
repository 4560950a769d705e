import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { floatMean, pairwiseSum } from "../../../src/scoring/pairwise-sum.js";

/** The values that the expected sums below were made of, with NumPy. */
function values(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 2654435761) % 1000003) / 1000003);
}

describe("pairwiseSum", () => {
  for (const [count, sum, mean] of [
    [1, 0.0, 0.0],
    [3, 1.2833931498205504, 0.42779770493507385],
    [7, 2.9837520487438534, 0.42625027894973755],
    [8, 3.9783360649918054, 0.4972919821739197],
    [9, 4.400717797846607, 0.4889686405658722],
    [50, 27.052202843391473, 0.5410440564155579],
    [75, 40.138663584009244, 0.5351821780204773],
    [127, 65.80953057140829, 0.5181853175163269],
    [128, 66.13984058047825, 0.5167175531387329],
    [129, 66.89794830615507, 0.5185887813568115],
    [200, 100.17456047631856, 0.500872790813446],
    [300, 152.72758981723055, 0.5090919733047485],
    [1000, 502.95944512166466, 0.5029594302177429],
    [7500, 3755.5381303856093, 0.5007383823394775],
  ] as const) {
    test(`${count} numbers are added as NumPy adds them, to the last bit`, () => {
      assert.equal(pairwiseSum(values(count)), sum);
      assert.equal(floatMean(Float32Array.from(values(count))), mean);
    });
  }

  test("of nothing is 0, and the mean of nothing is no number", () => {
    assert.equal(pairwiseSum([]), 0);
    assert.equal(floatMean([]), NaN);
  });
});
