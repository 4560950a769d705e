import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { ModelInspection } from "../../src/models/inspect.js";
import { answerOf } from "../helpers/cli.js";
import { evalModel } from "../helpers/eval-reference.js";
import { fileTree } from "../helpers/file-tree.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { withMetadata } from "../helpers/torchscript.js";

/** Facts of the readable form, by name. */
async function factsOf(path: string): Promise<Map<string, string>> {
  const { status, stdout, stderr } = await answerOf(["inspect", path]);
  assert.deepEqual([status, stderr], [0, ""]);
  return new Map(
    stdout.split("\n").map((line) => {
      const [name = "", ...rest] = line.split(/ {2,}/);
      return [name, rest.join("  ")];
    }),
  );
}

describe("inspect", () => {
  test("prints kind, head, feature map, normalisation, input, metadata and hash", async () => {
    const facts = await factsOf(evalModel("tiny-resnet"));
    assert.equal(facts.get("file"), evalModel("tiny-resnet"));
    assert.match(facts.get("sha256") ?? "", /^[0-9a-f]{64}$/);
    assert.match(facts.get("kind") ?? "", /^TorchScript, (traced|scripted), type \w+$/);
    assert.match(facts.get("head") ?? "", /^linear, [\d,]+ features -> 1,000 classes$/);
    assert.match(facts.get("feature map") ?? "", /^map, made by aten::\w+, pooled by aten::\w+$/);
    assert.match(facts.get("normalisation") ?? "", /^inside: mean 0\.5, 0\.5, 0\.5, std 0\.5, /);
    assert.match(facts.get("input") ?? "", /3 channels$/);
    assert.equal(facts.get("metadata"), "none");
  });

  test("says that a model file is a program", async () => {
    const { stdout } = await answerOf(["inspect", modelFile("vit.pt")]);
    assert.match(
      stdout,
      /^A model file is a program; loading it ran its code in a process of its own\./m,
    );
  });

  test("says why there is no head, and what was taken off at the end", async () => {
    const none = await factsOf(modelFile("no-head-squeezenet.pt"));
    assert.match(none.get("head") ?? "", /^none: .+/);
    const softmax = await factsOf(modelFile("ends-with-softmax.pt"));
    assert.match(softmax.get("output") ?? "", /softmax at the end taken off$/);
    const dict = await factsOf(modelFile("returns-dict.pt"));
    assert.equal(dict.get("output"), 'dict, logits at "logits"');
  });

  test("prints metadata, shortened where they are long", async (t) => {
    const path = join(fileTree(t, []), "model.pt");
    const metadata = { name: "tiny", classMap: { classes: Array<string>(200).fill("thing") } };
    writeFileSync(path, withMetadata(modelFile("traced-conv.pt"), metadata));
    const { stdout } = await answerOf(["inspect", path]);
    assert.match(stdout, /^ {2}name: "tiny"$/m);
    assert.match(stdout, /^ {2}classMap: .{97}\.\.\.$/m);
  });

  test("--json is the description as one document", async () => {
    const { stdout } = await answerOf(["inspect", modelFile("vit.pt"), "--json"]);
    const found = JSON.parse(stdout) as ModelInspection;
    assert.deepEqual(found.head, {
      kind: "linear",
      classes: 10,
      features: 16,
      bias: true,
      addend: null,
    });
    assert.equal(found.featureMap?.kind, "tokens");
    assert.equal(found.metadata, null);
  });

  test("--sha256 refuses another file, naming both hashes", async () => {
    const wrong = "1".repeat(64);
    const { status, stderr } = await answerOf(["inspect", modelFile("vit.pt"), "--sha256", wrong]);
    assert.equal(status, 5);
    assert.match(
      stderr,
      new RegExp(`error\\[MODEL_HASH_MISMATCH\\]: .*${wrong}, got [0-9a-f]{64}`),
    );
  });
});
