import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { EvalResult } from "../../src/results/eval-result.js";
import { answerOf } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { withMetadata } from "../helpers/torchscript.js";

interface ClassLine {
  readonly index: number;
  readonly label: string;
  readonly column?: number | null;
}

function classLines(column: (index: number) => number | null): ClassLine[] {
  return Array.from({ length: 10 }, (_, index) => ({
    index,
    label: `thing ${index}`,
    column: column(index),
  }));
}

/** `eval` of a benchmark with another class map, and with another model if one is named. */
function argsWith(
  { root, evalArgs }: ReturnType<typeof smallBenchmark>,
  map: object,
  model = "traced-conv.pt",
): string[] {
  const path = join(root, "map.json");
  writeFileSync(path, JSON.stringify(map));
  return evalArgs
    .map((one) => one.replace("traced-conv.pt", model))
    .map((one, i) => (evalArgs[i - 1] === "--class-map" ? path : one));
}

function resultOf(stdout: string): EvalResult {
  return JSON.parse(stdout) as EvalResult;
}

describe("class maps of one's own", () => {
  test("columns of the head may be in any order: the classes' numbers move with them", async (t) => {
    const benchmark = smallBenchmark(t);
    const plain = await answerOf([...benchmark.evalArgs, "--json"]);
    const turned = { name: "turned", classes: classLines((index) => (index + 4) % 10) };
    const moved = await answerOf([...argsWith(benchmark, turned), "--json"]);
    assert.deepEqual([plain.status, moved.status], [0, 0], moved.stderr);
    const [a, b] = [resultOf(plain.stdout), resultOf(moved.stdout)];
    assert.match(b.provenance.classMap, /^turned@[0-9a-f]{12}$/);
    assert.notDeepEqual(
      a.classes.map(({ meanProbVal }) => meanProbVal),
      b.classes.map(({ meanProbVal }) => meanProbVal),
    );
  });

  test("a class without a column is an error by name, or left out when asked to", async (t) => {
    const benchmark = smallBenchmark(t);
    const map = { name: "gap", classes: classLines((index) => (index === 3 ? null : index)) };
    const args = argsWith(benchmark, map);
    const refused = await answerOf(args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /error\[CLASS_MAP_INVALID\]: .*got none for 3 thing 3/);
    assert.match(refused.stderr, /hint: .*--allow-missing-classes/);
    const left = await answerOf([...args, "--allow-missing-classes", "--json"]);
    assert.equal(left.status, 0, left.stderr);
    assert.match(left.stderr, /warning: class 3 \(thing 3\) has no score: .*no column for it/);
    const { classes, counts } = resultOf(left.stdout);
    assert.deepEqual(
      classes.map(({ index }) => index),
      [0, 7],
    );
    assert.deepEqual([counts.val, counts.spurious], [8, 10]);
  });

  test("--softmax mapped runs over the columns of classes alone", async (t) => {
    const benchmark = smallBenchmark(t);
    const map = { name: "wide", width: 21, classes: classLines((index) => index * 2) };
    const args = argsWith(benchmark, map, "head-wide.pt");
    const [all, mapped] = await Promise.all([
      answerOf([...args, "--json"]),
      answerOf([...args, "--softmax", "mapped", "--json"]),
    ]);
    assert.deepEqual([all.status, mapped.status], [0, 0], mapped.stderr);
    const [a, b] = [resultOf(all.stdout), resultOf(mapped.stdout)];
    assert.deepEqual([a.provenance["softmax"], b.provenance["softmax"]], ["all", "mapped"]);
    for (const [i, one] of a.classes.entries()) {
      assert.ok(one.meanProbVal < (b.classes[i]?.meanProbVal ?? 0));
    }
  });

  test("a map that is no map, or of another width, is refused", async (t) => {
    const benchmark = smallBenchmark(t);
    for (const map of [[], { name: "wide", width: 5, classes: [] }, { classes: "none" }]) {
      const { status, stderr } = await answerOf(argsWith(benchmark, map));
      assert.equal(status, 2);
      assert.match(stderr, /^error\[CLASS_MAP_INVALID\]: /);
    }
  });
});

describe("metadata inside a model file", () => {
  const metadata = {
    schema: "spurious-native/model/1",
    name: "tiny",
    inputSize: 32,
    cropFraction: 0.8,
    interpolation: "bilinear",
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    temperature: 1.5,
    classMap: { name: "inside", classes: classLines((index) => index) },
  };

  test("make flags unnecessary, and are recorded together with those that are given", async (t) => {
    const { root, data, val } = smallBenchmark(t);
    const model = join(root, "model.pt");
    writeFileSync(model, withMetadata(modelFile("traced-conv.pt"), metadata));
    const args = ["eval", model, "--data", data, "--val", val, "--bootstrap", "0", "--json"];
    const { status, stdout, stderr } = await answerOf([...args, "--preset", "model"]);
    assert.equal(status, 0, stderr);
    const { provenance } = resultOf(stdout);
    assert.deepEqual(provenance.model?.metadata, metadata);
    assert.deepEqual(provenance.preprocessing, {
      preset: "model",
      model: { inputSize: 32, cropFraction: 0.8, interpolation: "bilinear" },
    });
    assert.deepEqual(provenance["temperature"], { value: 1.5, origin: "metadata" });
    assert.equal(provenance.classMap, "inside");

    const flagged = await answerOf([...args, "--temperature", "3", "--size", "40"]);
    const { provenance: other } = resultOf(flagged.stdout);
    assert.deepEqual(other["temperature"], { value: 3, origin: "flag" });
    assert.deepEqual(other.preprocessing, { preset: "paper-v2", size: 40 });
    assert.deepEqual(other.model?.metadata, metadata);
  });

  test("that cannot be used are an error with the field", async (t) => {
    const { root, data, val } = smallBenchmark(t);
    const model = join(root, "model.pt");
    const broken = { ...metadata, temperature: "hot" };
    writeFileSync(model, withMetadata(modelFile("traced-conv.pt"), broken));
    const { status, stderr } = await answerOf(["eval", model, "--data", data, "--val", val]);
    assert.equal(status, 5);
    assert.match(
      stderr,
      /^error\[MODEL_METADATA_INVALID\]: .*temperature: expected a number above 0/,
    );
    assert.ok(readFileSync(model).length > 0);
  });
});
