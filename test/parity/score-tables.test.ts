import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../src/imagenet/class-map.js";
import { classInfos } from "../../src/imagenet/class-info.js";
import { scoreText } from "../../src/results/score-text.js";
import { averagePrecision } from "../../src/scoring/average-precision.js";
import { groupByClass } from "../../src/scoring/class-groups.js";
import { spuriousScore } from "../../src/scoring/spurious-score.js";
import { assertClose } from "../helpers/numbers.js";
import { resultOf } from "../helpers/rows.js";
import { type ReferenceTable, rowsOf, sortedText, TABLES } from "../helpers/score-tables.js";

const SCORE = 1e-12;
/** The original averages float32 numbers in float32 and stores ratios as such. */
const FLOAT = 1e-6;

const WITHOUT_VAL = "a class has no val images";
const WITHOUT_SPURIOUS = "val has a class without spurious images";

function table(name: string): ReferenceTable {
  const found = TABLES.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

describe("scores of given probabilities are the original's", () => {
  for (const expected of TABLES.filter(({ name }) => name !== WITHOUT_VAL)) {
    test(`${expected.name}: every class and the mean`, () => {
      const score = spuriousScore(groupByClass(rowsOf(expected)).classes);
      assertClose(score.ap.mean, expected.mean, SCORE, "mean");
      const sorted = [...expected.classes].sort((a, b) => a.index - b.index);
      assert.deepEqual(
        score.classes.map(({ index, nVal, nSpurious }) => [index, nVal, nSpurious]),
        sorted.map(({ index, nVal, nSpurious }) => [index, nVal, nSpurious]),
      );
      for (const [i, one] of sorted.entries()) {
        const got = score.classes[i];
        assert.ok(got);
        assertClose(got.ap, one.ap, SCORE, "ap");
        assertClose(got.auroc, one.auroc, SCORE, "auroc");
        assertClose(got.meanProbVal, one.meanProbVal ?? NaN, FLOAT, "meanProbVal");
        assertClose(got.meanProbSpurious, one.meanProbSpurious, FLOAT, "meanProbSpurious");
        assertClose(got.fractionVal ?? NaN, one.fractionVal ?? NaN, FLOAT, "fractionVal");
        assertClose(got.fractionSpurious ?? NaN, one.fractionSpurious, FLOAT, "fractionSpurious");
      }
    });
  }

  for (const expected of TABLES.filter(
    ({ name }) => name !== WITHOUT_VAL && name !== WITHOUT_SPURIOUS,
  )) {
    test(`${expected.name}: the joint score, and the text to the byte`, () => {
      const result = resultOf(rowsOf(expected));
      assertClose(result.score.joint, expected.joint, SCORE, "joint");
      assert.equal(scoreText(result, classInfos(imagenet1k())), sortedText(expected.text));
    });
  }

  test("val images of a class without spurious ones are left out, not pooled as zeros", () => {
    const expected = table(WITHOUT_SPURIOUS);
    const result = resultOf(rowsOf(expected));
    const scored = new Set(expected.classes.map(({ index }) => index));
    const rest = expected.val.filter((one) => !scored.has(one.class));
    assert.ok(rest.length > 0);
    assert.equal(result.counts.leftOut, rest.length);
    const positives = expected.val.filter((one) => scored.has(one.class)).map(({ p }) => p);
    const negatives = expected.spurious.map(({ p }) => p);
    assertClose(result.score.joint, averagePrecision(positives, negatives), SCORE, "joint");
    // The original's number is the one with a zero for each of them.
    const withZeros = averagePrecision([...positives, ...rest.map(() => 0)], negatives);
    assertClose(withZeros, expected.joint, SCORE, "the original's joint");
    const [, ...ours] = scoreText(result, classInfos(imagenet1k())).split("\n");
    const [, ...theirs] = sortedText(expected.text).split("\n");
    assert.deepEqual(ours, theirs);
  });

  test("a class without val images is an error by name, not a score of 0", () => {
    assert.throws(() => resultOf(rowsOf(table(WITHOUT_VAL))), {
      code: "DATA_CLASS_WITHOUT_VAL",
      message: /class 565 \(freight.car\): expected validation images/,
    });
  });
});
