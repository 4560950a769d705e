import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { compareDigests, compareNumbers } from "../../../src/bench/compare.js";

describe("comparison of answers", () => {
  test("names the largest difference of two rows of numbers", () => {
    assert.equal(
      compareNumbers([1, -20, 3], [1.5, -20.25, 3]),
      "numbers differ by at most 5.0e-1 (the largest is 20)",
    );
    assert.equal(compareNumbers([1, 2], [1, 2]), "the same numbers");
  });

  test("does not compare what has another form", () => {
    assert.equal(compareNumbers([1, 2], [1]), "another kind of answer");
    assert.equal(compareNumbers([1], "1"), "another kind of answer");
  });

  test("tells digests apart", () => {
    assert.equal(compareDigests("ab", "ab"), "the same bytes");
    assert.equal(compareDigests("ab", "ac"), "other bytes");
  });
});
