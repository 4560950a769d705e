import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { Engine } from "../../../src/models/engine.js";
import { inspectModel } from "../../../src/models/inspect.js";
import type { ModelDescription } from "../../../src/native/contract.js";
import { fileTree } from "../../helpers/file-tree.js";
import { BROKEN, modelFile, MODELS } from "../../helpers/model-fixtures.js";
import { largestDifference } from "../../helpers/numbers.js";
import { withMetadata } from "../../helpers/torchscript.js";

function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** What inspectModel is told by the process that it starts, a second sooner. */
async function described(path: string): Promise<ModelDescription> {
  await using engine = await Engine.load(path, { device: "cpu" });
  return engine.description;
}

const BRANCHING = new Set(["size-dependent.pt", "control-flow.pt"]);

describe("a model is described by what its graph shows", () => {
  for (const model of MODELS) {
    test(`${model.file}: ${model.note}`, async () => {
      const found = await described(modelFile(model.file));
      assert.equal(found.kind, model.kind);
      assert.equal(found.output, model.output);
      assert.equal(found.outputKey, model.outputKey);
      assert.equal(found.softmaxRemoved, model.softmax !== null);
      assert.deepEqual(found.head, model.head && { ...model.head, addend: null });
      assert.equal(found.headMissing === null, model.head !== null);
      if (model.head !== null) assert.equal(found.featureMap?.kind ?? null, model.featureMap);
      // Branches may stand between the image and the first layer.
      const channels = BRANCHING.has(model.file) ? null : model.channels;
      assert.equal(found.inputChannels, channels);
      assert.equal(found.metadata, null);
      assert.ok(found.parameters > 0);
      if (model.normalization === null) {
        assert.equal(found.normalization, null);
      } else {
        const { mean, std } = model.normalization;
        assert.ok(found.normalization);
        assert.ok(largestDifference(found.normalization.mean, mean) < 1e-6);
        assert.ok(largestDifference(found.normalization.std, std) < 1e-6);
      }
    });
  }

  test("with the file's path and its SHA-256", async () => {
    const path = modelFile("traced-conv.pt");
    const { metadata, ...seen } = await described(path);
    assert.deepEqual(await inspectModel(path), { path, sha256: sha256Of(path), ...seen, metadata });
  });

  test("metadata inside the file are printed", async (t) => {
    const path = join(fileTree(t, []), "model.pt");
    const metadata = { schema: "spurious-native/model/1", name: "tiny", inputSize: 32 };
    writeFileSync(path, withMetadata(modelFile("traced-conv.pt"), metadata));
    assert.deepEqual((await inspectModel(path)).metadata, metadata);
  });

  test("metadata that cannot be used are an error", async (t) => {
    const path = join(fileTree(t, []), "model.pt");
    writeFileSync(path, withMetadata(modelFile("traced-conv.pt"), { inputSize: "32" }));
    await assert.rejects(inspectModel(path), {
      code: "MODEL_METADATA_INVALID",
      message: /inputSize: expected a whole number of pixels, got "32"/,
      input: path,
    });
  });
});

/** What the message says about each file that is no model. */
const SAYS: Readonly<Record<string, RegExp>> = {
  "truncated.pt": /a file that ends early .* it is truncated/,
  "state_dict.pt": /a PyTorch checkpoint made by torch\.save \(a state dict or a pickled module/,
  "pickled_module.pt": /a state dict or a pickled module: weights without a program/,
  "legacy_state_dict.pt": /a PyTorch checkpoint in the format before 1\.6/,
  "model.onnx": /an ONNX model/,
  "other.zip": /a zip archive of something else/,
  "text.pt": /a text file/,
  "empty.pt": /an empty file/,
};

describe("files that are no model are refused, and says what they are", () => {
  for (const { file, note, code } of BROKEN) {
    test(`${file}: ${note}`, async () => {
      const path = modelFile(file);
      await assert.rejects(described(path), {
        name: "SpuriousError",
        code,
        message: SAYS[file],
        input: path,
        hint: code === "MODEL_DAMAGED" ? /copy or export it again/ : /tools\/export_model\.py/,
      });
    });
  }

  test("a directory", async (t) => {
    await assert.rejects(described(fileTree(t, [])), {
      code: "MODEL_NOT_TORCHSCRIPT",
      message: /got a directory/,
    });
  });

  test("nothing at all", async (t) => {
    await assert.rejects(described(join(fileTree(t, []), "gone.pt")), {
      code: "MODEL_NOT_FOUND",
      message: /got no such file/,
    });
  });

  test("a file cut at any length is refused, with a code", async (t) => {
    const whole = readFileSync(modelFile("traced-conv.pt"));
    const path = join(fileTree(t, []), "cut.pt");
    for (const part of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      writeFileSync(path, whole.subarray(0, Math.ceil(whole.length * part)));
      await assert.rejects(described(path), { code: "MODEL_DAMAGED" });
    }
  });

  for (const [what, at] of [
    ["the header of a tensor", 1456],
    ["the pickled modules", 19_500],
    ["the code", 21_000],
    ["the zip directory", 31_500],
  ] as const) {
    test(`a file with damage in ${what} is refused, with a code`, async (t) => {
      const path = join(fileTree(t, []), "damaged.pt");
      const damaged = readFileSync(modelFile("traced-conv.pt"));
      damaged.fill(0xa5, at, at + 64);
      writeFileSync(path, damaged);
      await assert.rejects(described(path), { name: "SpuriousError", code: "MODEL_DAMAGED" });
    });
  }
});

describe("inspectModel checks a pinned hash before the file is loaded", () => {
  const path = modelFile("traced-conv.pt");

  test("the right one, in either case", async () => {
    await inspectModel(path, sha256Of(path));
    await inspectModel(path, sha256Of(path).toUpperCase());
  });

  test("a wrong one is refused with both hashes, also for files that are no models", async () => {
    const wrong = "0".repeat(64);
    for (const file of ["traced-conv.pt", "text.pt"]) {
      await assert.rejects(inspectModel(modelFile(file), wrong), {
        code: "MODEL_HASH_MISMATCH",
        message: new RegExp(`expected SHA-256 ${wrong}, got ${sha256Of(modelFile(file))}`),
      });
    }
  });
});
