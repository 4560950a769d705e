import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { chooseDevice, Engine } from "../../../src/models/engine.js";
import type { ForwardRequest, ForwardResult } from "../../../src/native/contract.js";
import {
  IDENTITY,
  modelFile,
  MODELS,
  PICTURES,
  type ReferenceAnswers,
  testPictures,
} from "../../helpers/model-fixtures.js";
import { largestDifference } from "../../helpers/numbers.js";

const CPU = { device: "cpu" };

function request(more: Partial<ForwardRequest> = {}): ForwardRequest {
  const { height = 32, width = 32 } = more;
  return {
    pixels: testPictures(height, width),
    count: PICTURES,
    height,
    width,
    ...IDENTITY,
    batch: PICTURES,
    ...more,
  };
}

function pictures(from: number, to: number): Uint8Array {
  const each = 32 * 32 * 3;
  return testPictures(32, 32).subarray(from * each, to * each);
}

function assertAnswers(
  result: ForwardResult,
  { logits, features, featureMapShape }: ReferenceAnswers,
  tolerance: number,
): void {
  assert.ok(logits && features && featureMapShape);
  assert.equal(result.classes, logits[0]?.length);
  const largest = Math.max(1, ...logits.flat().map(Math.abs));
  assert.ok(largestDifference(result.logits, logits.flat()) <= tolerance * largest);
  assert.ok(result.features && result.featureMap);
  assert.ok(largestDifference(result.features, features.flat()) <= tolerance);
  assert.deepEqual(result.featureMapShape, featureMapShape);
  const size = featureMapShape.reduce((product, side) => product * side, 1);
  assert.equal(result.featureMap.length, PICTURES * size);
  assert.ok(result.seconds > 0);
}

const HALF = new Set(["half-fp16.pt", "half-bf16.pt"]);

describe("Engine.forward answers as eager PyTorch does: logits, features, feature map", () => {
  for (const model of MODELS.filter(({ channels, sizes, head }) => {
    return channels === 3 && head !== null && sizes[0]?.logits !== undefined;
  })) {
    for (const size of model.sizes) {
      test(`${model.file}, ${size.width} x ${size.height}: ${model.note}`, async () => {
        await using engine = await Engine.load(modelFile(model.file), CPU);
        const fixed = await engine.fixedBatch(size.height, size.width);
        assert.equal(fixed, model.batch);
        if (fixed !== null) return;
        const { height, width } = size;
        const asked = request({ height, width, features: true, featureMap: true });
        assertAnswers(await engine.forward(asked), size, model.tolerance);
      });
    }
  }

  const [plain] = MODELS;
  assert.ok(plain?.file === "traced-conv.pt" && plain.sizes[0]?.logits);
  const logits = plain.sizes[0].logits.flat();

  test("logits alone come without the rest", async () => {
    await using engine = await Engine.load(modelFile(plain.file), CPU);
    const { features, featureMap, featureMapShape } = await engine.forward(request());
    assert.deepEqual([features, featureMap, featureMapShape], [null, null, null]);
  });

  for (const batch of [5, 8, 64]) {
    test(`five images in a batch of ${batch} get the answers of five`, async () => {
      await using engine = await Engine.load(modelFile(plain.file), CPU);
      // More than once: a plan is profiled, then compiled, then used.
      for (let run = 0; run < 4; run++) {
        const result = await engine.forward(request({ batch }));
        assert.equal(result.logits.length, logits.length);
        assert.ok(largestDifference(result.logits, logits) <= plain.tolerance);
      }
    });
  }

  test("a model traced with a batch of 4 gets its rows filled up", async () => {
    const fixed = MODELS.find(({ file }) => file === "fixed-batch-4.pt");
    await using engine = await Engine.load(modelFile("fixed-batch-4.pt"), CPU);
    assert.equal(await engine.fixedBatch(32, 32), 4);
    const first = await engine.forward(request({ pixels: pictures(0, 4), count: 4, batch: 4 }));
    const rest = await engine.forward(request({ pixels: pictures(4, 5), count: 1, batch: 4 }));
    const found = [...first.logits, ...rest.logits];
    assert.ok(largestDifference(found, fixed?.sizes[0]?.logits?.flat() ?? []) <= 2e-5);
  });

  test("mean and std are applied per channel to pixels in [0, 1]", async () => {
    await using inside = await Engine.load(modelFile("wrapped-normalize.pt"), CPU);
    const { normalization } = inside.description;
    assert.ok(normalization);
    // The identity given twice over, and a shift that changes every answer.
    const plainly = await inside.forward(request());
    const shifted = await inside.forward(request({ mean: [0.1, 0, 0], std: [1, 1, 2] }));
    assert.ok(largestDifference(plainly.logits, shifted.logits) > 0.01);
  });

  for (const dtype of ["bf16", "fp16"] as const) {
    test(`${dtype}: float32 numbers near those of float32`, async () => {
      await using engine = await Engine.load(modelFile(plain.file), { ...CPU, dtype });
      assert.equal(engine.dtype, dtype);
      const result = await engine.forward(request());
      assert.ok(result.logits instanceof Float32Array);
      const difference = largestDifference(result.logits, logits);
      assert.ok(difference > 0 && difference < 0.3, `difference ${difference}`);
    });
  }

  test("models of half precision run in float32 unless told otherwise", async () => {
    for (const file of HALF) {
      await using engine = await Engine.load(modelFile(file), CPU);
      assert.equal(engine.dtype, "fp32");
      assert.match(engine.description.parameterDtypes.join(), /float|half|bf|fp/i);
    }
  });
});

describe("Engine: many calls, and its end", () => {
  test("more calls than the queue holds wait, and each gets its own answer", async () => {
    await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
    const whole = await engine.forward(request());
    const calls = Array.from({ length: 40 }, (_, i) => {
      const at = i % PICTURES;
      return engine.forward(request({ pixels: pictures(at, at + 1), count: 1, batch: 1 }));
    });
    for (const [i, { logits }] of (await Promise.all(calls)).entries()) {
      const at = i % PICTURES;
      const expected = whole.logits.subarray(at * 10, (at + 1) * 10);
      assert.ok(largestDifference(logits, expected) < 2e-5, `call ${i}`);
    }
  });

  test("two engines in one process do not know of each other", async () => {
    await using first = await Engine.load(modelFile("traced-conv.pt"), CPU);
    await using second = await Engine.load(modelFile("head-wide.pt"), CPU);
    const expected = [await first.forward(request()), await second.forward(request())];
    const both = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? first : second).forward(request())),
    );
    for (const [i, { logits, classes }] of both.entries()) {
      assert.equal(classes, i % 2 === 0 ? 10 : 21);
      assert.ok(largestDifference(logits, expected[i % 2]?.logits ?? []) < 2e-5);
    }
    await first.dispose();
    assert.equal((await second.forward(request())).classes, 21);
  });

  test("an abort signal rejects calls that have not begun; later ones are answered", async () => {
    await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
    const controller = new AbortController();
    const calls = Array.from({ length: 30 }, () => engine.forward(request(), controller.signal));
    const settled = Promise.allSettled(calls);
    await calls[0];
    controller.abort();
    const results = await settled;
    const refused = results.filter(({ status }) => status === "rejected");
    assert.ok(refused.length > 0, "some of thirty had not begun");
    for (const result of refused) {
      assert.equal((result as { reason: { code: string } }).reason.code, "CANCELLED");
    }
    assert.equal((await engine.forward(request())).classes, 10);
  });

  test("a signal that was aborted before lets nothing begin", async () => {
    await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
    await assert.rejects(engine.forward(request(), AbortSignal.abort()), { code: "CANCELLED" });
  });

  test("dispose finishes the calls made before it, may be called again, and ends the engine", async () => {
    const engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
    const running = Array.from({ length: 7 }, () => engine.forward(request()));
    await Promise.all([engine.dispose(), engine.dispose(), engine.dispose()]);
    for (const { classes } of await Promise.all(running)) assert.equal(classes, 10);
    await assert.rejects(engine.forward(request()), {
      code: "INTERNAL",
      message: /a disposed engine/,
    });
    await assert.rejects(engine.fixedBatch(32, 32), { code: "INTERNAL" });
  });

  test("await using disposes at the end of the block, also after an error", async () => {
    let escaped: Engine | undefined;
    await assert.rejects(
      async () => {
        await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
        escaped = engine;
        throw new Error("in the block");
      },
      { message: "in the block" },
    );
    assert.ok(escaped);
    await assert.rejects(escaped.forward(request()), { code: "INTERNAL" });
  });
});

describe("Engine: failures have codes and frames of their caller", () => {
  test("a model that fails says why, and stays usable", async () => {
    await using engine = await Engine.load(modelFile("head-flatten.pt"), CPU);
    const wrong = request({ height: 40, width: 40, batch: 5 });
    await assert.rejects(engine.forward(wrong), (error: Error & { code?: string }) => {
      assert.equal(error.code, "MODEL_FORWARD_FAILED");
      assert.match(error.message, /expected it to accept images \[5, 3, 40, 40\], got: .+/);
      assert.doesNotMatch(error.message, /\n/);
      assert.match(error.stack ?? "", /engine\.(test\.)?ts/);
      return true;
    });
    assert.equal((await engine.forward(request())).classes, 10);
  });

  test("a batch beyond all address space is an error with a hint, and the engine stays usable", async () => {
    await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
    await assert.rejects(engine.forward(request({ batch: 1e12 })), {
      code: "OUT_OF_MEMORY",
      hint: /smaller --batch/,
    });
    assert.equal((await engine.forward(request())).classes, 10);
  });

  for (const [what, wrong] of [
    ["fewer pixels than images", { pixels: new Uint8Array(100) }],
    ["more images than rows", { batch: 4 }],
    ["no images", { count: 0, pixels: new Uint8Array(0) }],
    ["two means", { mean: [0, 0] }],
  ] satisfies [string, Partial<ForwardRequest>][]) {
    test(`${what} are refused before memory is read`, async () => {
      await using engine = await Engine.load(modelFile("traced-conv.pt"), CPU);
      await assert.rejects(engine.forward(request(wrong)), TypeError);
    });
  }
});

test("chooseDevice: auto is the first CUDA device, or the processor", () => {
  assert.match(chooseDevice("auto"), /^(cpu|cuda:0)$/);
  assert.equal(chooseDevice("cuda:3"), "cuda:3");
});
