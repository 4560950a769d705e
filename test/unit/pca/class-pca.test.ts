import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";

import { writeSafetensors } from "../../../src/artefacts/safetensors.js";
import { type ClassPca, readClassPca, writeClassPca } from "../../../src/pca/class-pca.js";
import type { PcaIndexClass } from "../../../src/pca/pca-index.js";
import { fileTree } from "../../helpers/file-tree.js";

/** Two components of three features and two images. */
const PCA: ClassPca = {
  mean: Float64Array.of(0, 1, 2),
  eigenvalues: Float64Array.of(2, 1),
  components: Float32Array.of(1, 0, 0, 0, 1, 0),
  alphas: Float32Array.of(1, 2, 3, 4),
  probabilities: Float32Array.of(0.5, 0.25),
  weight: Float32Array.of(1, 1, 1),
  bias: 0.5,
  images: ["a.jpg", "b.jpg"],
  count: 2,
};

const ENTRY: PcaIndexClass = {
  ...{ index: 3, wnid: "n1", label: "fish", images: 2, rank: 2, components: 2, totalVariance: 3 },
  ...{ solver: "lapack-dsyevr", route: "gram", skipped: [] },
  ...{ tensors: "003.safetensors", imageNames: "003.images.json" },
};

describe("readClassPca", () => {
  test("gives what was written", async (t) => {
    const folder = fileTree(t, []);
    await writeClassPca(folder, 3, PCA);
    assert.deepEqual(await readClassPca(folder, ENTRY), PCA);
  });

  test("tensors of other lengths than components and images are refused by name", async (t) => {
    const folder = fileTree(t, []);
    await writeClassPca(folder, 3, PCA);
    const path = `${folder}/003.safetensors`;
    const lengths = { mean: 3, eigenvalues: 2, probabilities: 2, weight: 3, bias: 1 };
    for (const name of Object.keys(lengths)) {
      const vectors = Object.entries(lengths).map(([one, right]) => {
        const length = one === name ? right + 1 : right;
        const isDouble = one === "mean" || one === "eigenvalues";
        const data = isDouble ? new Float64Array(length) : new Float32Array(length);
        return [one, { shape: [length], data }] as const;
      });
      const tensors = {
        components: { shape: [2, 3], data: PCA.components },
        alphas: { shape: [2, 2], data: PCA.alphas },
        ...Object.fromEntries(vectors),
      };
      writeFileSync(path, writeSafetensors(tensors));
      await assert.rejects(readClassPca(folder, ENTRY), {
        code: "ARTEFACT_INVALID",
        input: path,
        message: new RegExp(`expected ${name} \\[`),
      });
    }
  });
});
