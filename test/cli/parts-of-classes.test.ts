import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readAllParts } from "../../src/cluster/all-parts.js";
import { demoModel, demoTrain } from "../../src/demo/demo.js";
import { mergeEvidence } from "../../src/evidence/evidence-part.js";
import { fitPca } from "../../src/pca/fit.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { assertSameFolders } from "../helpers/folder-content.js";
import { namesIn } from "../helpers/result-files.js";
import { smallTraining } from "../helpers/small-pca.js";

async function done(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function inParts(args: readonly string[], parts: string, of: number): Promise<void> {
  for (let i = 1; i <= of; i++) {
    await done([...args, "--shard", `${String(i)}/${String(of)}`, "--parts", parts]);
  }
}

describe("spufix fit in parts", () => {
  test("merged is the file of one run, byte for byte but for its time", async (t) => {
    const root = fileTree(t, []);
    const { train, fitArgs } = await smallTraining(root);
    const [pca, labels] = [join(root, "pca"), join(root, "labels.json")];
    await done([...fitArgs, "--out", pca]);
    writeFileSync(labels, JSON.stringify({ 0: [0, 1], 2: [1], 3: [0], 5: [0, 2], 6: [1] }));
    const model = fixture("eval/models/tiny-resnet.pt");
    const args = [
      ...["spufix", "fit", model, "--train", train, "--size", "64", "--device", "cpu"],
      ...["--alphas", pca, "--components", labels, "--batch", "4"],
    ];
    const [whole, parts, out] = [join(root, "whole.st"), join(root, "parts"), join(root, "out.st")];
    await done([...args, "--out", whole]);
    await inParts(args, parts, 3);
    await done(["merge", parts, "--out", out]);
    const timeless = (path: string) =>
      readFileSync(path, "latin1").replace(/\\"made\\":\\"[^"]*"/, "");
    assert.ok(timeless(out) === timeless(whole));
    const again = await answerOf(["merge", parts, "--out", out]);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /^error\[OUTPUT_EXISTS\]/m);
    const other = [...args, "--shard", "1/3", "--parts", parts, "--max-pixels", "99999"];
    const refused = await answerOf(other);
    assert.equal(refused.status, 6);
    assert.match(
      refused.stderr,
      /^error\[RESUME_MISMATCH\]: .*expected maxPixels 99999, got null/m,
    );
  });
});

describe("evidence in parts", () => {
  test("merged is the folder of one run, byte for byte but for times", async (t) => {
    const root = fileTree(t, []);
    const pca = join(root, "pca");
    const fit = { model: demoModel(), train: demoTrain(), components: 4 };
    await fitPca({ ...fit, classes: "3,8,9", out: pca });
    const args = [
      ...["evidence", pca, "--class", "8", "--class", "3", "--class", "9", "--components", "2"],
      ...["--pool-size", "3", "--eps", "8", "--steps", "6", "--device", "cpu"],
    ];
    const [whole, parts, out] = [join(root, "whole"), join(root, "parts"), join(root, "out")];
    await done([...args, "--out", whole]);
    await inParts(args, parts, 2);
    await done(["merge", parts, "--out", out]);
    assertSameFolders(out, whole);
    // Stopped while it replaces another, a merge leaves no class with the document of one of them.
    const read = await readAllParts([parts]);
    const signal = AbortSignal.abort();
    await assert.rejects(mergeEvidence({ parts: read, out, force: true, signal }), {
      code: "CANCELLED",
    });
    const left = namesIn(out).flatMap((name) => namesIn(join(out, name)));
    assert.ok(left.length > 0 && !left.includes("evidence.json"));
    assert.ok(!namesIn(out).includes("index.html"));
    await done(["merge", parts, "--out", out]);
    assertSameFolders(out, whole);
    const refused = await answerOf([...args, "--steps", "7", "--shard", "1/2", "--parts", parts]);
    assert.equal(refused.status, 6);
    assert.match(refused.stderr, /^error\[RESUME_MISMATCH\]: .*expected steps 7, got 6/m);
  });
});
