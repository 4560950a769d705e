import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { median, ratioOf, summarize } from "../../../src/bench/statistics.js";

describe("statistics of repeated measurements", () => {
  test("the median is the middle value whatever the order", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([7]), 7);
  });

  test("the median of an even number is the mean of the two in the middle", () => {
    assert.equal(median([10, 1, 2, 100]), 6);
  });

  test("there is no median of nothing", () => {
    assert.throws(() => median([]), RangeError);
  });

  test("the spread is the range relative to the median", () => {
    assert.deepEqual(summarize([50, 40, 60, 45, 55]), {
      median: 50,
      least: 40,
      greatest: 60,
      spread: 0.4,
    });
  });

  test("a ratio is that of the medians, its range that of runs of one round", () => {
    // A slow third round hits both sides: the ratios of the rounds do not notice.
    assert.deepEqual(ratioOf([20, 22, 10], [10, 11, 5]), { ratio: 2, least: 2, greatest: 2 });
    assert.deepEqual(ratioOf([20, 30], [10, 10]), { ratio: 2.5, least: 2, greatest: 3 });
  });
});
