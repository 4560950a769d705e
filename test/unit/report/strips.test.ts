import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { byScore, detailedClasses, imagesByClass } from "../../../src/report/strips.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf, row } from "../../helpers/rows.js";

describe("imagesByClass", () => {
  test("puts surest spurious and least sure validation images first, equal ones by path", () => {
    const { val, spurious } = imagesByClass([
      row({ path: "b", p: 0.4 }),
      row({ path: "a", p: 0.4 }),
      row({ path: "c", p: 0.1 }),
      row({ path: "d", p: 0.2, split: "spurious" }),
      row({ path: "f", p: 0.9, split: "spurious" }),
      row({ path: "e", p: 0.9, split: "spurious" }),
    ])(0);
    assert.deepEqual(
      val.map(({ path }) => path),
      ["c", "a", "b"],
    );
    assert.deepEqual(
      spurious.map(({ path }) => path),
      ["e", "f", "d"],
    );
  });

  test("has nothing for a class without rows", () => {
    assert.deepEqual(imagesByClass([])(5), { val: [], spurious: [] });
  });
});

test("classes are ordered by score, and at most 200 are shown one by one", () => {
  const classes = Array.from({ length: 230 }, (_, i) => i);
  const result = resultOf(randomRows(new Random(1), classes, 2, 3));
  const scores = byScore(result.classes).map(({ ap }) => ap);
  assert.deepEqual(
    scores,
    [...scores].sort((a, b) => a - b),
  );
  assert.deepEqual(
    detailedClasses(result).map(({ ap }) => ap),
    scores.slice(0, 200),
  );
});
