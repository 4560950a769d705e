import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { writeSafetensors } from "../../../src/artefacts/safetensors.js";
import {
  openFix,
  readFix,
  type SpuFix,
  SPUFIX_SCHEMA,
  writeFix,
} from "../../../src/mitigation/fix-file.js";
import type { Classifier } from "../../../src/models/classifier.js";
import { fileTree } from "../../helpers/file-tree.js";

const FIX: SpuFix = {
  classes: [
    {
      index: 3,
      directions: Float32Array.of(1, 0, 0, 1),
      eigenIndices: [0, 5],
      mean: Float32Array.of(7, 8),
    },
    {
      index: 11,
      directions: Float32Array.of(0.6, 0.8),
      eigenIndices: [2],
      mean: Float32Array.of(9, 10),
    },
  ],
  modelSha256: "abc",
  provenance: { version: "test" },
};

async function written(t: TestContext): Promise<string> {
  const path = join(fileTree(t, []), "model.spufix.safetensors");
  await writeFix(path, FIX);
  return path;
}

describe("a fix's file", () => {
  it("reads back as it was written", async (t) => {
    assert.deepEqual(await readFix(await written(t), "abc"), FIX);
  });

  it("is refused for another model, by both hashes", async (t) => {
    await assert.rejects(readFix(await written(t), "def"), {
      code: "ARTEFACT_INVALID",
      message: /def, got one of abc/,
    });
  });

  it("is refused when truncated at any length", async (t) => {
    const path = await written(t);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 13) {
      writeFileSync(path, whole.subarray(0, length));
      await assert.rejects(readFix(path, "abc"), { code: "ARTEFACT_INVALID" }, String(length));
    }
  });

  it("is refused when it is another kind of tensor file or of a newer schema", async (t) => {
    const root = fileTree(t, {
      "foreign.safetensors": writeSafetensors({ a: { shape: [1], data: Float32Array.of(1) } }),
      "newer.safetensors": writeSafetensors({}, { schema: `${SPUFIX_SCHEMA}0` }),
    });
    for (const name of ["foreign", "newer"]) {
      await assert.rejects(readFix(join(root, `${name}.safetensors`), "abc"), {
        code: "ARTEFACT_INVALID",
        message: /expected schema spurious-native\/spufix\/1/,
      });
    }
  });

  it("is refused when its tensors do not fit together", async (t) => {
    const metadata = { schema: SPUFIX_SCHEMA, modelSha256: "abc" };
    const tensors = {
      directions: { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) },
      classes: { shape: [1], data: BigInt64Array.of(3n) },
      eigenIndices: { shape: [2], data: BigInt64Array.of(0n, 1n) },
      means: { shape: [1, 2], data: Float32Array.of(1, 2) },
    };
    const root = fileTree(t, { "odd.safetensors": writeSafetensors(tensors, metadata) });
    await assert.rejects(readFix(join(root, "odd.safetensors"), "abc"), {
      code: "ARTEFACT_INVALID",
    });
  });
});

describe("openFix", () => {
  const fitted = {
    inputSize: { value: 160, origin: "flag" },
    normalization: {
      where: "outside",
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      origin: "flag",
    },
    classMap: "imagenet1k",
  };
  const used = (changed: object = {}) => {
    const provenance = (): object => ({ ...fitted, batch: 3, ...changed });
    return { sha256: "abc", provenance } as unknown as Classifier;
  };
  const file = async (t: TestContext, provenance: SpuFix["provenance"]): Promise<string> => {
    const path = join(fileTree(t, []), "fix.safetensors");
    await writeFix(path, { ...FIX, provenance });
    return path;
  };

  it("takes the model as it was used for the fit, whatever said so", async (t) => {
    const path = await file(t, fitted);
    const inputSize = { value: 160, origin: "metadata" };
    assert.deepEqual(await openFix(path, used({ inputSize })), { ...FIX, provenance: fitted });
  });

  for (const [name, changed, message] of [
    ["input size", { inputSize: { value: 224, origin: "flag" } }, /input size 224, got .* 160/],
    [
      "normalisation",
      { normalization: { where: "inside", mean: [0, 0, 0], std: [1, 1, 1] } },
      /normalization none outside, got .* mean 0.5,0.5,0.5 std 0.5,0.5,0.5/,
    ],
    ["class map", { classMap: "imagenet12k" }, /class map imagenet12k, got .* imagenet1k/],
  ] as const) {
    it(`refuses another ${name}, naming both`, async (t) => {
      await assert.rejects(openFix(await file(t, fitted), used(changed)), {
        code: "ARTEFACT_INVALID",
        message,
        hint: /--size, --normalize/,
      });
    });
  }

  it("takes a fix that does not say what it was fitted with", async (t) => {
    assert.deepEqual(
      (await openFix(await file(t, { version: "test" }), used())).classes,
      FIX.classes,
    );
  });
});
