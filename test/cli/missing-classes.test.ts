import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { readFix } from "../../src/mitigation/fix-file.js";
import type { PcaIndex } from "../../src/pca/pca-index.js";
import { sha256File } from "../../src/models/sha256.js";
import { answerOf } from "../helpers/cli.js";
import { modelFile, testClasses } from "../helpers/model-fixtures.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { paintTrainFolder } from "../helpers/train-folder.js";

const MODEL = modelFile("traced-conv.pt");
const FLAGS = ["--size", "32", "--normalize", "none"];

describe("classes that a head has no column for", () => {
  const root = temporaryFolder();
  const file = (name: string): string => join(root.path, name);
  const train = ["--train", file("train")];
  const gap = ["--class-map", file("gap.json")];

  before(async () => {
    await paintTrainFolder(file("train"), [0, 3], { images: 6, size: 32 });
    const { classes } = testClasses(10);
    const lines = classes.map((one) => ({ ...one, column: one.index === 3 ? null : one.index }));
    writeFileSync(file("gap.json"), JSON.stringify({ name: "gap", width: 10, classes: lines }));
    writeFileSync(file("whole.json"), JSON.stringify(testClasses(10)));
    writeFileSync(file("components.json"), JSON.stringify({ 0: [0], 3: [1] }));
  });
  after(() => root.remove());

  test("pca fit names them, or leaves them out by name when asked to", async () => {
    const args = ["pca", "fit", MODEL, ...train, "--classes", "0,3", ...FLAGS, ...gap];
    const refused = await answerOf([...args, "--out", file("gap")]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /error\[CLASS_MAP_INVALID\]: .*got none for 3 thing 3/);
    assert.match(refused.stderr, /hint: .*--allow-missing-classes/);

    const left = await answerOf([
      ...[...args, "--out", file("gap")],
      ...["--allow-missing-classes", "--json"],
    ]);
    assert.equal(left.status, 0, left.stderr);
    assert.match(left.stderr, /warning: class 3 \(thing 3\) left out: .*no column for it/);
    const { classes, provenance } = JSON.parse(left.stdout) as PcaIndex;
    assert.deepEqual(
      classes.map(({ index }) => index),
      [0],
    );
    assert.deepEqual(provenance["missingClasses"], [{ index: 3, label: "thing 3" }]);
  });

  test("spufix fit does the same, and tells before the forward pass", async () => {
    const whole = ["--class-map", file("whole.json"), "--out", file("pca")];
    const fitted = await answerOf([
      "pca",
      "fit",
      MODEL,
      ...train,
      "--classes",
      "0,3",
      ...FLAGS,
      ...whole,
    ]);
    assert.equal(fitted.status, 0, fitted.stderr);

    const out = file("fix.safetensors");
    const what = ["--alphas", file("pca"), "--components", file("components.json"), "--out", out];
    const args = ["spufix", "fit", MODEL, ...train, ...what, ...FLAGS, ...gap];
    const refused = await answerOf(args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /error\[CLASS_MAP_INVALID\]: .*got none for 3 thing 3/);
    assert.doesNotMatch(refused.stderr, /reading training images/);

    const left = await answerOf([...args, "--allow-missing-classes"]);
    assert.equal(left.status, 0, left.stderr);
    assert.match(left.stderr, /warning: class 3 \(thing 3\) left out/);
    const fix = await readFix(out, await sha256File(MODEL));
    assert.deepEqual(
      fix.classes.map(({ index }) => index),
      [0],
    );
    assert.deepEqual(fix.provenance["missingClasses"], [{ index: 3, label: "thing 3" }]);
  });
});
