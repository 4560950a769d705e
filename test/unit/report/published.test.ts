import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { publishedScores } from "../../../src/imagenet/facts.js";
import { publishedCaveats, publishedPlace } from "../../../src/report/published.js";
import { benchmarkRows } from "../../helpers/benchmark-rows.js";
import { resultOf } from "../../helpers/rows.js";

const ROWS = benchmarkRows();

/** The full benchmark with a mean score that the test decides. */
function resultWithMean(mean: number) {
  const result = resultOf(ROWS);
  return { ...result, score: { ...result.score, mean } };
}

describe("publishedPlace", () => {
  test("counts the published models with a lower score and names the neighbours", () => {
    const place = publishedPlace(resultWithMean(0.7));
    assert.equal(place?.published.length, 77);
    const scores = publishedScores().map(({ score }) => score);
    assert.equal(place?.below, scores.filter((score) => score < 0.7).length);
    assert.equal(place?.next.lower?.score, Math.max(...scores.filter((score) => score < 0.7)));
    assert.equal(place?.next.higher?.score, Math.min(...scores.filter((score) => score >= 0.7)));
  });

  test("has no lower neighbour below all models and no higher one above all", () => {
    const lowest = publishedPlace(resultWithMean(0.1));
    assert.deepEqual([lowest?.below, lowest?.next.lower], [0, null]);
    const highest = publishedPlace(resultWithMean(0.999));
    assert.deepEqual([highest?.below, highest?.next.higher], [77, null]);
  });

  test("is null when a class of the benchmark is missing or another one is there", () => {
    const without = ROWS.filter((row) => row.class !== 0);
    assert.equal(publishedPlace(resultOf(without)), null);
    const other = ROWS.map((row) => (row.class === 0 ? { ...row, class: 1 } : row));
    assert.equal(publishedPlace(resultOf(other)), null);
  });
});

describe("publishedCaveats", () => {
  test("are none for the published images and preprocessing", () => {
    assert.deepEqual(publishedCaveats(resultOf(ROWS, { preset: "paper-v2" })), []);
  });

  test("name other numbers of images and another preprocessing", () => {
    const fewer = ROWS.filter((row) => row.path !== "val-0/0.jpg");
    const [images, preset] = publishedCaveats(resultOf(fewer, { preset: "model" }));
    assert.match(images ?? "", /1 of the 100 classes/);
    assert.match(preset ?? "", /paper-v2, this one with model/);
  });
});
