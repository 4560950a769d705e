import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readSafetensors, requireTensor } from "../../src/artefacts/safetensors.js";
import { alphaOfImages } from "../../src/pca/alpha-of-images.js";
import { readClassPca } from "../../src/pca/class-pca.js";
import { fitPca } from "../../src/pca/fit.js";
import { rankImages } from "../../src/pca/rank.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { assertClose, largestDifference } from "../helpers/numbers.js";

/** Features from another forward pass differ by 1e-6; what follows from them by at most this. */
const ALPHA_TOLERANCE = 1e-4;
const COMPONENTS = 20;

/** The 60 training images of class 94 as a training folder, and a PCA of them. */
async function fitted(t: TestContext, model: string) {
  const root = fileTree(t, []);
  const train = join(root, "train", "n01833805");
  mkdirSync(train, { recursive: true });
  cpSync(fixture("pca/images"), train, { recursive: true });
  const pca = join(root, "pca");
  const index = await fitPca({
    model: fixture(`eval/models/${model}.pt`),
    size: 160,
    train: join(root, "train"),
    classes: "hummingbird",
    components: COMPONENTS,
    out: pca,
  });
  return { pca, entry: index.classes[0]! };
}

for (const model of ["tiny-resnet", "tiny-vit"]) {
  describe(`neural PCA of ${model} against the original`, () => {
    it("from images: eigenvalues, components, alphas, means, probabilities, top and least", async (t) => {
      const path = fixture(`pca/${model}.safetensors`);
      const expected = await readSafetensors(path);
      const tensor = (name: string, dimensions: number) =>
        requireTensor(expected, path, name, "F32", dimensions).data;
      const { pca: folder, entry } = await fitted(t, model);
      const pca = await readClassPca(folder, entry);
      assert.equal(entry.rank, 59);
      assert.equal(pca.count, COMPONENTS);
      assert.deepEqual(
        pca.images.map((image) => image.split("/").at(-1)),
        readdirSync(fixture("pca/images")).sort(),
      );

      const eigenvalues = requireTensor(expected, path, "eigenvalues", "F64", 1).data;
      for (const [l, value] of pca.eigenvalues.entries()) {
        assertClose(
          value,
          eigenvalues[l]!,
          1e-6 * eigenvalues[0]! + 1e-5 * eigenvalues[l]!,
          `eigenvalue ${String(l)}`,
        );
      }
      const d = pca.weight.length;
      const components = tensor("components", 2);
      for (let l = 0; l < COMPONENTS; l++) {
        let cosine = 0;
        for (let i = 0; i < d; i++) cosine += pca.components[l * d + i]! * components[l * d + i]!;
        assertClose(Math.abs(cosine), 1, 1e-4, `component ${String(l)}`);
      }
      const alphas = tensor("alphas", 2);
      const scale = alphas.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largestDifference(pca.alphas, alphas) < ALPHA_TOLERANCE * Math.max(1, scale));
      assert.ok(largestDifference(pca.mean, tensor("mean", 1)) < 1e-4);
      const probabilities = tensor("probabilities_k", 1);
      for (const [i, p] of pca.probabilities.entries()) {
        assertClose(p, probabilities[i]!, 1e-4 * probabilities[i]! + 1e-12, "probability");
      }

      const top = requireTensor(expected, path, "top5", "I64", 2).data;
      const least = requireTensor(expected, path, "least5", "I64", 2).data;
      for (let component = 0; component < COMPONENTS; component++) {
        const ranked = await rankImages({ pca: folder, class: 94, component });
        const alphaAt = (row: number) => alphas[row * COMPONENTS + component]!;
        for (let place = 0; place < 5; place++) {
          // Neighbours closer than the tolerance may change places.
          const at = component * 5 + place;
          assertClose(ranked.top[place]!.alpha, alphaAt(Number(top[at])), ALPHA_TOLERANCE);
          assertClose(ranked.least[place]!.alpha, alphaAt(Number(least[at])), ALPHA_TOLERANCE);
        }
      }
    });

    it("alpha of new images, beside the training maximum", async (t) => {
      const path = fixture(`pca/${model}.safetensors`);
      const expected = await readSafetensors(path);
      const { pca } = await fitted(t, model);
      const images = readdirSync(fixture("pca/new_images"))
        .sort()
        .map((name) => fixture(`pca/new_images/${name}`));
      const result = await alphaOfImages({ pca, images, class: 94 });
      const alphas = requireTensor(expected, path, "new_alphas", "F32", 2).data;
      const trainMax = requireTensor(expected, path, "train_max", "F32", 1).data;
      for (const [i, image] of result.images.entries()) {
        assert.equal(image.path, images[i]);
        assert.equal(image.components.length, COMPONENTS);
        for (const one of image.components) {
          assertClose(one.alpha, alphas[i * COMPONENTS + one.eigenIndex]!, ALPHA_TOLERANCE * 5);
          assertClose(one.trainMax, trainMax[one.eigenIndex]!, ALPHA_TOLERANCE * 5);
        }
      }
    });
  });
}

describe("facts about alpha", () => {
  it("sum to logit - bias - <1, mean> when all components are kept", async (t) => {
    const path = fixture("pca/tiny-resnet.safetensors");
    const expected = await readSafetensors(path);
    const root = fileTree(t, []);
    const train = join(root, "train", "94");
    mkdirSync(train, { recursive: true });
    cpSync(fixture("pca/images"), train, { recursive: true });
    const pca = join(root, "pca");
    const index = await fitPca({
      model: fixture("eval/models/tiny-resnet.pt"),
      size: 160,
      train: join(root, "train"),
      classes: "94",
      components: 1000,
      out: pca,
    });
    const fittedPca = await readClassPca(pca, index.classes[0]!);
    assert.equal(fittedPca.count, 59);
    const logits = requireTensor(expected, path, "logits_k", "F32", 1).data;
    const meanSum = fittedPca.mean.reduce((sum, value) => sum + value, 0);
    for (const [row] of fittedPca.images.entries()) {
      const alphas = fittedPca.alphas.subarray(row * 59, (row + 1) * 59);
      const sum = alphas.reduce((total, value) => total + value, 0);
      assertClose(sum, logits[row]! - fittedPca.bias - meanSum, 1e-4, `image ${String(row)}`);
    }
  });

  it("refuses a component at or past the rank, saying how many there are", async (t) => {
    const { pca } = await fitted(t, "tiny-resnet");
    await assert.rejects(rankImages({ pca, class: 94, component: 59 }), {
      code: "USAGE_INVALID",
      message: /vary in 59 dimensions only/,
    });
    await assert.rejects(rankImages({ pca, class: 94, component: 20 }), {
      code: "USAGE_INVALID",
      message: /20 components were stored/,
    });
  });
});
