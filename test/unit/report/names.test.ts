import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { benchmarkFeatures } from "../../../src/imagenet/facts.js";
import { featureInWords, modelName, predictionNames } from "../../../src/report/names.js";
import type { EvalClass } from "../../../src/results/eval-result.js";
import { resultOf, row } from "../../helpers/rows.js";

const ROWS = [row({}), row({ path: "s.jpg", split: "spurious" })];
const MODEL = { path: "/models/my.resnet50.pt", sha256: "00", metadata: null };

describe("modelName", () => {
  test("is the name in the metadata, else the file without its ending", () => {
    const named = { ...MODEL, metadata: { name: "resnet50.a1_in1k" } };
    assert.equal(modelName(resultOf(ROWS, { model: named })), "resnet50.a1_in1k");
    assert.equal(modelName(resultOf(ROWS, { model: MODEL })), "my.resnet50");
  });

  test("says when it is the model after a fix", () => {
    const spufix = { path: "fix.safetensors", strength: 1 };
    assert.equal(modelName(resultOf(ROWS, { model: MODEL, spufix })), "my.resnet50 after SpuFix");
  });

  test("is the table's file when there was no model", () => {
    const data = { images: "/somewhere/images.csv" };
    assert.equal(modelName(resultOf(ROWS, { data })), "images.csv");
    assert.equal(modelName(resultOf(ROWS)), "given probabilities");
  });
});

describe("predictionNames", () => {
  test("knows all classes of a built-in map, and only the scored ones of another", () => {
    const builtIn = predictionNames(resultOf(ROWS));
    assert.equal(builtIn(94), "hummingbird");
    const own = predictionNames(resultOf(ROWS, { classMap: "mine.json" }));
    assert.deepEqual([own(0), own(94), own(-1)], ["tench", "class 94", "something not mapped"]);
  });
});

describe("featureInWords", () => {
  const fact = benchmarkFeatures().find(({ class: index }) => index === 94);
  const scored = (components: number[]): EvalClass => {
    const [first] = resultOf(ROWS).classes;
    return { ...(first as EvalClass), index: 94, label: "hummingbird", components };
  };

  test("gives the benchmark's words when the components are the benchmark's", () => {
    assert.ok(fact && fact.feature.length > 0);
    assert.equal(featureInWords(scored([...fact.eigen_indices])), fact.feature);
  });

  test("is null for other components, none, or a class of the same number in another map", () => {
    assert.equal(featureInWords(scored([])), null);
    assert.equal(featureInWords(scored([2047])), null);
    const other = { ...scored([...(fact?.eigen_indices ?? [])]), label: "something_else" };
    assert.equal(featureInWords(other), null);
  });
});
