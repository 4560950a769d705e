import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readSafetensors, requireTensor } from "../../src/artefacts/safetensors.js";
import { preprocessImage } from "../../src/images/preprocess.js";
import { exportFix } from "../../src/mitigation/export-fix.js";
import { writeFix } from "../../src/mitigation/fix-file.js";
import type { ClassDirections } from "../../src/mitigation/fold.js";
import { Classifier } from "../../src/models/classifier.js";
import { sha256File } from "../../src/models/sha256.js";
import { addon } from "../../src/native/load.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { largestDifference } from "../helpers/numbers.js";

const MODEL = fixture("eval/models/tiny-resnet.pt");
const REFERENCE = fixture("spufix/tiny-resnet-from-tiny-convnext.safetensors");
const COMPONENTS = new Map([
  [94, [0]],
  [206, [0, 2]],
  [417, [0, 1, 3]],
  [879, [1]],
]);
const SIDE = 160;
const IMAGES = 16;

/** The reference's directions as a fix of the model. */
async function writeReferenceFix(t: TestContext): Promise<string> {
  const file = await readSafetensors(REFERENCE);
  const classes: ClassDirections[] = [...COMPONENTS].map(([index, eigenIndices]) => ({
    index,
    eigenIndices,
    directions: requireTensor(file, REFERENCE, `directions_${String(index)}`, "F32", 2).data,
    mean: requireTensor(file, REFERENCE, `mean_${String(index)}`, "F32", 1).data,
  }));
  const path = join(fileTree(t, []), "fix.safetensors");
  await writeFix(path, { classes, modelSha256: await sha256File(MODEL), provenance: {} });
  return path;
}

/** Logits of the reference's test pictures: [16, 1000] */
async function logitsOf(model: string): Promise<Float32Array> {
  await using classifier = await Classifier.open({ model, size: SIDE, normalize: "inside" });
  const { logits } = await classifier.engine.forward({
    pixels: await testPixels(),
    count: IMAGES,
    height: SIDE,
    width: SIDE,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    batch: IMAGES,
  });
  return logits;
}

/** [16, 160, 160, 3] */
async function testPixels(): Promise<Uint8Array> {
  const folder = fixture("spufix/test_images");
  const pixels = new Uint8Array(IMAGES * SIDE * SIDE * 3);
  const options = { preprocessing: { preset: "paper-v2", size: SIDE }, split: "val" } as const;
  for (const [i, name] of readdirSync(folder).sort().entries()) {
    const image = await preprocessImage(join(folder, name), options, addon());
    pixels.set(image.pixels, i * SIDE * SIDE * 3);
  }
  return pixels;
}

describe("spufix export", () => {
  test("the mended model gives the original's mended logits", async (t) => {
    const fix = await writeReferenceFix(t);
    const to = join(fileTree(t, []), "mended.pt");
    const mended = await exportFix({ model: MODEL, fix, to, size: SIDE, normalize: "inside" });
    assert.equal(mended.sha256, await sha256File(to));
    const file = await readSafetensors(REFERENCE);
    const plain = requireTensor(file, REFERENCE, "logits_plain", "F32", 2).data;
    const fixed = requireTensor(file, REFERENCE, "logits_fixed", "F32", 2).data;
    assert.ok(largestDifference(plain, fixed) > 0.1, "the fix does something");
    assert.ok(largestDifference(await logitsOf(to), fixed) < 1e-4);
  });

  test("strength scales what is taken away", async (t) => {
    const fix = await writeReferenceFix(t);
    const to = join(fileTree(t, []), "mended.pt");
    await exportFix({ model: MODEL, fix, to, size: SIDE, normalize: "inside", strength: 0.5 });
    const file = await readSafetensors(REFERENCE);
    const plain = requireTensor(file, REFERENCE, "logits_plain", "F32", 2).data;
    const fixed = requireTensor(file, REFERENCE, "logits_fixed", "F32", 2).data;
    const half = plain.map((value, i) => (value + (fixed[i] as number)) / 2);
    assert.ok(largestDifference(await logitsOf(to), half) < 1e-4);
  });

  test("the command writes the file with its metadata, and refuses to write over it", async (t) => {
    const fix = await writeReferenceFix(t);
    const folder = fileTree(t, []);
    const to = join(folder, "mended.pt");
    const args = ["spufix", "export", MODEL, fix, "--to", to, "--size", String(SIDE)];
    const written = await answerOf([...args, "--normalize", "inside", "--json"]);
    assert.equal(written.status, 0, written.stderr);
    assert.deepEqual(readdirSync(folder), ["mended.pt"]);
    const inspected = await answerOf(["inspect", to, "--json"]);
    const { metadata } = JSON.parse(inspected.stdout) as {
      metadata: { [field: string]: unknown; spufix: { model: object; strength: number } };
    };
    const { spufix } = metadata;
    assert.deepEqual(spufix.model, { file: "tiny-resnet.pt", sha256: await sha256File(MODEL) });
    assert.equal(spufix.strength, 1);
    assert.equal(metadata["inputSize"], SIDE);
    assert.equal(metadata["normalization"], "inside");
    const again = await answerOf([...args, "--normalize", "inside"]);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /error\[OUTPUT_EXISTS\]/);
  });

  test("a mended model is evaluated like any other, and refused where features are needed", async (t) => {
    const fix = await writeReferenceFix(t);
    const to = join(fileTree(t, []), "mended.pt");
    await exportFix({ model: MODEL, fix, to, size: SIDE, normalize: "inside" });
    const second = join(fileTree(t, []), "again.pt");
    await assert.rejects(exportFix({ model: to, fix, to: second }), {
      code: "MODEL_ALREADY_MENDED",
    });
    assert.ok(!existsSync(second));
    await using classifier = await Classifier.open({ model: to });
    assert.equal(classifier.inputSize.value, SIDE);
    assert.equal(classifier.normalization.value.where, "inside");
  });

  test("a fix of another model is refused by its hash, and nothing is written", async (t) => {
    const fix = await writeReferenceFix(t);
    const folder = fileTree(t, []);
    const other = fixture("eval/models/tiny-convnext.pt");
    const request = { model: other, fix, to: join(folder, "mended.pt"), size: SIDE };
    await assert.rejects(exportFix({ ...request, normalize: "inside" }), {
      code: "ARTEFACT_INVALID",
      message: new RegExp(await sha256File(MODEL)),
    });
    assert.deepEqual(readdirSync(folder), []);
  });
});
