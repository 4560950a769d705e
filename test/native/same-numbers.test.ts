import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { forwardImages } from "../../src/evaluation/forward-images.js";
import type { Pixels } from "../../src/evaluation/shape-buckets.js";
import { Classifier } from "../../src/models/classifier.js";
import { fixture } from "../helpers/fixtures.js";
import { Random } from "../helpers/random.js";

const MODELS = [
  { model: "eval/models/tiny-resnet.pt", size: 64 },
  { model: "eval/models/tiny-convnext.pt", size: 64 },
  { model: "eval/models/tiny-vit.pt", size: 160 },
] as const;
const IMAGES = Array.from({ length: 13 }, (_, i) => i);

/** Two of three images are square; vision transformers take no others. */
function picture(i: number, size: number, squareOnly: boolean): Pixels {
  const width = squareOnly || i % 3 < 2 ? size : size + 32;
  return { pixels: new Random(70 + i).bytes(size * width * 3), width, height: size };
}

type Numbers = ReadonlyMap<number, Buffer>;

/** Logits and features of images, as one process gives them that looks at no others. */
async function numbersOf(
  { model, size }: (typeof MODELS)[number],
  images: readonly number[],
): Promise<Numbers> {
  await using classifier = await Classifier.open({
    model: fixture(model),
    // With another number of threads the last bits of images that are not square may be others.
    ...{ device: "cpu", size, normalize: "imagenet", batch: 8, threads: 2 },
    classMap: "imagenet1k",
  });
  const squareOnly = model.includes("vit");
  const pictures = IMAGES.map((i) => picture(i, size, squareOnly));
  const load = (i: number) => Promise.resolve(pictures[i] as Pixels);
  const numbers = new Map<number, Buffer>();
  for await (const { done } of forwardImages(classifier, images, load, { features: true })) {
    for (const { source, logits, features } of done) {
      assert.ok(features);
      numbers.set(source, Buffer.concat([logits, features].map(bytesOf)));
    }
  }
  return numbers;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));
}

describe("what a model says of an image", () => {
  for (const one of MODELS) {
    test(`${one.model}: is the same to the last bit, whatever else is looked at and when`, async () => {
      const all = await numbersOf(one, IMAGES);
      assert.equal(all.size, IMAGES.length);
      for (const part of [
        IMAGES.filter((i) => i % 2 === 0),
        IMAGES.filter((i) => i % 5 === 3).reverse(),
        [12],
      ]) {
        const numbers = await numbersOf(one, part);
        assert.equal(numbers.size, part.length);
        for (const [i, bytes] of numbers) assert.ok(bytes.equals(all.get(i) ?? bytes.subarray(1)));
      }
    });
  }
});
