import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { linearProbabilities } from "../../../src/pca/linear-probabilities.js";
import { imageProbabilities } from "../../../src/scoring/softmax.js";
import { Random } from "../../helpers/random.js";

const random = new Random(5);
const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.next() - 0.5);

/** p_k by the formula, an image after the other. */
function expected(
  features: Float32Array,
  { weight, bias }: { weight: Float32Array; bias: Float32Array },
  column: number,
  temperature: number,
): number[] {
  const d = weight.length / bias.length;
  return Array.from({ length: features.length / d }, (_, n) => {
    const logits = bias.map((value, k) => {
      let sum = value;
      for (let i = 0; i < d; i++) sum += weight[k * d + i]! * features[n * d + i]!;
      return sum;
    });
    return imageProbabilities(logits, column, temperature).p;
  });
}

describe("linearProbabilities", () => {
  const layer = { weight: numbers(7 * 5), bias: numbers(7) };

  for (const images of [0, 1, 3, 4, 5, 11]) {
    test(`${images} images: softmax of the linear layer, to the last bit`, async () => {
      const features = numbers(images * 5);
      let told = 0;
      const onImages = (count: number): void => void (told += count);
      const got = await linearProbabilities(features, layer, 6, 0.7, onImages);
      assert.deepEqual([...got], expected(features, layer, 6, 0.7));
      assert.equal(told, images);
    });
  }

  test("a logit beyond float32 is refused", async () => {
    const huge = { ...layer, bias: new Float32Array(7).fill(Infinity) };
    await assert.rejects(
      linearProbabilities(numbers(5), huge, 0, 1, () => undefined),
      {
        code: "MODEL_OUTPUT_UNSUPPORTED",
      },
    );
  });

  test("the event loop goes on meanwhile, and what onImages throws ends the work", async () => {
    const wide = { weight: numbers(1000 * 512), bias: numbers(1000) };
    const features = numbers(400 * 512);
    let turns = 0;
    const timer = setInterval(() => void (turns += 1), 1);
    const calls: number[] = [];
    await linearProbabilities(features, wide, 0, 1, (count) => void calls.push(count));
    clearInterval(timer);
    assert.ok(turns > 2, `${turns} turns`);
    assert.ok(calls.length > 2);
    const stop = new Error("stop");
    const stopped = linearProbabilities(features, wide, 0, 1, () => {
      throw stop;
    });
    await assert.rejects(stopped, stop);
  });
});
