import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SpuriousError } from "../../../src/errors.js";
import { forwardImages } from "../../../src/evaluation/forward-images.js";
import type { Pixels } from "../../../src/evaluation/shape-buckets.js";
import type { Classifier } from "../../../src/models/classifier.js";
import type { ForwardRequest } from "../../../src/native/contract.js";

/** A model with two outputs: the first byte of a picture, and the number of its pixels. */
class FakeEngine {
  readonly requests: ForwardRequest[] = [];
  /** Rows that its memory holds. */
  memory = Infinity;

  constructor(readonly device: string) {}

  forward(request: ForwardRequest): Promise<unknown> {
    this.requests.push(request);
    if (request.batch > this.memory) {
      return Promise.reject(new SpuriousError("OUT_OF_MEMORY", "no memory for the batch"));
    }
    const { count, height, width, pixels } = request;
    const logits = new Float32Array(count * 2);
    for (let i = 0; i < count; i++) {
      logits.set([pixels[i * height * width * 3] ?? NaN, height * width], i * 2);
    }
    const features = request.features === true ? logits.map((value) => -value) : null;
    return Promise.resolve({ logits, classes: 2, features });
  }
}

interface FakeClassifier {
  readonly engine: FakeEngine;
  readonly asClassifier: Classifier;
}

function fakeClassifier(batch: number, batchIsFixed = false, device = "cpu"): FakeClassifier {
  const engine = new FakeEngine(device);
  const normalization = { value: { mean: [0, 0, 0], std: [1, 1, 1] } };
  const fake = {
    engine,
    normalization,
    batch,
    batchIsFixed,
    halveBatch: () => {
      if (batchIsFixed || fake.batch !== batch) return false;
      fake.batch = Math.ceil(batch / 2);
      return true;
    },
  };
  return { engine, asClassifier: fake as unknown as Classifier };
}

/** Pictures of 2 x 2 pixels, every third one of 2 x 3, that hold their number. */
function picture(n: number): Pixels {
  const height = n % 3 === 2 ? 3 : 2;
  return { width: 2, height, pixels: new Uint8Array(height * 6).fill(n) };
}

const NUMBERS = Array.from({ length: 20 }, (_, n) => n);
const load = (n: number): Promise<Pixels> => Promise.resolve(picture(n));

async function answers(
  classifier: FakeClassifier,
  loader: (n: number) => Promise<Pixels> = load,
): Promise<{ answers: [number, number[]][]; unread: [number, string][] }> {
  const found: [number, number[]][] = [];
  const unread: [number, string][] = [];
  for await (const step of forwardImages(classifier.asClassifier, NUMBERS, loader)) {
    found.push(
      ...step.done.map(({ source, logits }) => [source, [...logits]] as [number, number[]]),
    );
    unread.push(
      ...step.unread.map(({ source, error }) => [source, error.code] as [number, string]),
    );
  }
  return { answers: found.sort(([a], [b]) => a - b), unread };
}

const EXPECTED = NUMBERS.map((n) => [n, [n, n % 3 === 2 ? 6 : 4]]);

describe("forwardImages", () => {
  for (const device of ["cpu", "cuda:0"]) {
    for (const batch of [1, 3, 8, 64]) {
      test(`${device}, batch ${batch}: every image gets its own answer, once`, async () => {
        const classifier = fakeClassifier(batch, false, device);
        const { answers: found, unread } = await answers(classifier);
        assert.deepEqual(found, EXPECTED);
        assert.deepEqual(unread, []);
        assert.ok(classifier.engine.requests.every(({ count }) => count <= batch));
      });
    }
  }

  test("every batch is filled up: square ones to the batch, others to a small number", async () => {
    for (const [device, odd] of [
      ["cpu", 4],
      ["cuda:0", 16],
    ] as const) {
      const { asClassifier, engine } = fakeClassifier(32, false, device);
      await answers({ asClassifier, engine });
      const rows = engine.requests.map(({ height, width, batch }) => [height === width, batch]);
      assert.ok(rows.length > 1);
      for (const [isSquare, batch] of rows) assert.equal(batch, isSquare ? 32 : odd);
    }
    const fixed = fakeClassifier(8, true);
    await answers(fixed);
    assert.ok(fixed.engine.requests.every(({ batch }) => batch === 8));
    const small = fakeClassifier(2);
    await answers(small);
    assert.ok(small.engine.requests.every(({ batch }) => batch === 2));
  });

  test("out of memory, the batch is halved once, and no image is lost", async () => {
    for (const device of ["cpu", "cuda:0"]) {
      const classifier = fakeClassifier(9, false, device);
      classifier.engine.memory = 5;
      const { answers: found } = await answers(classifier);
      assert.deepEqual(found, EXPECTED);
      const rows = classifier.engine.requests.map(({ batch }) => batch);
      assert.ok(rows.slice(rows.lastIndexOf(9) + 1).every((batch) => batch <= 5));
      const tooLittle = fakeClassifier(9, false, device);
      tooLittle.engine.memory = 4;
      await assert.rejects(answers(tooLittle), { code: "OUT_OF_MEMORY" });
      const fixed = fakeClassifier(9, true, device);
      fixed.engine.memory = 5;
      await assert.rejects(answers(fixed), { code: "OUT_OF_MEMORY" });
    }
  });

  test("images that cannot be read are handed back, and the others go on", async () => {
    const { answers: found, unread } = await answers(fakeClassifier(4), (n) =>
      n % 5 === 1
        ? Promise.reject(new SpuriousError("IMAGE_UNREADABLE", `no picture: ${n}`))
        : load(n),
    );
    assert.deepEqual(
      unread,
      [1, 6, 11, 16].map((n) => [n, "IMAGE_UNREADABLE"]),
    );
    assert.deepEqual(
      found,
      EXPECTED.filter(([n]) => Number(n) % 5 !== 1),
    );
  });

  test("any other failure of loading ends it", async () => {
    for (const error of [new TypeError("a bug"), new SpuriousError("OUT_OF_MEMORY", "full")]) {
      const failing = (n: number): Promise<Pixels> => (n === 7 ? Promise.reject(error) : load(n));
      await assert.rejects(answers(fakeClassifier(4), failing), error);
    }
  });

  test("features come when they are asked for", async () => {
    const classifier = fakeClassifier(4);
    for await (const { done } of forwardImages(classifier.asClassifier, [5], load)) {
      assert.equal(done[0]?.features, null);
    }
    const wanted = { features: true };
    for await (const { done } of forwardImages(classifier.asClassifier, [5], load, wanted)) {
      assert.deepEqual([...(done[0]?.features ?? [])], [-5, -6]);
    }
  });

  test("a signal ends it between two batches", async () => {
    const controller = new AbortController();
    const classifier = fakeClassifier(2);
    const { signal } = controller;
    let steps = 0;
    await assert.rejects(
      async () => {
        for await (const step of forwardImages(classifier.asClassifier, NUMBERS, load, {
          signal,
        })) {
          assert.ok(step.done.length <= 20);
          steps += 1;
          if (steps === 3) controller.abort();
        }
      },
      { code: "CANCELLED" },
    );
    assert.equal(steps, 3);
  });

  test("no images are no steps", async () => {
    const classifier = fakeClassifier(4);
    for await (const step of forwardImages(classifier.asClassifier, [], load)) {
      assert.fail(`a step of ${step.done.length}`);
    }
    assert.equal(classifier.engine.requests.length, 0);
  });
});
