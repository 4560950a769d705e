import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { averagePrecision } from "../../../src/scoring/average-precision.js";
import { Random } from "../../helpers/random.js";
import { assertClose } from "../../helpers/numbers.js";

/** The definition, threshold by threshold. */
function slowAveragePrecision(positives: readonly number[], negatives: readonly number[]): number {
  const thresholds = [...new Set([...positives, ...negatives])].sort((a, b) => b - a);
  let recall = 0;
  let sum = 0;
  for (const threshold of thresholds) {
    const hits = positives.filter((p) => p >= threshold).length;
    const precision = hits / (hits + negatives.filter((p) => p >= threshold).length);
    sum += (hits / positives.length - recall) * precision;
    recall = hits / positives.length;
  }
  return sum;
}

describe("averagePrecision", () => {
  test("is 1 when every positive ranks above every negative", () => {
    assert.equal(averagePrecision([0.9, 0.8], [0.7, 0.1]), 1);
  });

  test("is the share of positives when all are tied: chance level", () => {
    assertClose(averagePrecision(Array(50).fill(0.5), Array(75).fill(0.5)), 0.4, 1e-15);
  });

  test("equals the definition on random scores with many ties", () => {
    const random = new Random(11);
    for (let i = 0; i < 200; i++) {
      const scores = (count: number): number[] =>
        Array.from({ length: count }, () => random.integer(0, 8) / 8);
      const [positives, negatives] = [scores(random.integer(1, 40)), scores(random.integer(0, 40))];
      assertClose(
        averagePrecision(positives, negatives),
        slowAveragePrecision(positives, negatives),
        1e-12,
      );
    }
  });

  test("does not change its input or depend on its order", () => {
    const random = new Random(12);
    const positives = Array.from({ length: 30 }, () => random.next());
    const negatives = Array.from({ length: 40 }, () => random.next());
    const before = [...positives];
    const score = averagePrecision(positives, negatives);
    assert.deepEqual(positives, before);
    assert.equal(averagePrecision(random.shuffle(positives), random.shuffle(negatives)), score);
  });

  test("of no positives is an error, not a number", () => {
    assert.throws(() => averagePrecision([], [0.5]), RangeError);
  });
});
