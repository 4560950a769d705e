import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ForwardRequest, LoadRequest, NativeEngine } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";
import { IDENTITY, modelFile } from "../helpers/model-fixtures.js";

const SIDE = 32;

function load(more: Partial<LoadRequest> = {}): Promise<NativeEngine> {
  return addon().loadEngine({
    path: modelFile("traced-conv.pt"),
    device: "cpu",
    dtype: "fp32",
    threads: 1,
    queueCapacity: 2,
    ...more,
  });
}

function request(count = 1): ForwardRequest {
  const pixels = new Uint8Array(count * SIDE * SIDE * 3);
  return { pixels, count, height: SIDE, width: SIDE, ...IDENTITY, batch: count };
}

describe("a native engine", () => {
  test("refuses a call above its queue's capacity at once, and answers the others", async () => {
    const engine = await load({ queueCapacity: 1 });
    const calls = Array.from({ length: 20 }, () => engine.forward(request(16)));
    const results = await Promise.allSettled(calls);
    const refused = results.filter(({ status }) => status === "rejected");
    assert.ok(refused.length > 0 && refused.length < calls.length);
    for (const result of refused) {
      const { reason } = result as { reason: { code: string; message: string } };
      assert.equal(reason.code, "INTERNAL");
      assert.match(reason.message, /queue is full/);
    }
    await engine.dispose();
  });

  test("cancel rejects what has not begun with CANCELLED and finishes what has", async () => {
    const engine = await load({ queueCapacity: 16 });
    const calls = Array.from({ length: 16 }, () => engine.forward(request(64)));
    engine.cancel();
    const results = await Promise.allSettled(calls);
    const refused = results.flatMap((one) =>
      one.status === "rejected" ? [one.reason as { code: string }] : [],
    );
    assert.ok(refused.length > 0);
    for (const { code } of refused) assert.equal(code, "CANCELLED");
    assert.equal((await engine.forward(request())).classes, 10);
    await engine.dispose();
  });

  test("dispose is answered every time, and calls after it are refused", async () => {
    const engine = await load();
    await Promise.all([engine.dispose(), engine.dispose()]);
    await engine.dispose();
    engine.cancel();
    await assert.rejects(engine.forward(request()), { code: "INTERNAL", message: /disposed/ });
    await assert.rejects(engine.probeBatch(SIDE, SIDE), { code: "INTERNAL" });
    assert.equal(engine.description.head?.classes, 10);
  });

  test("dispose finishes what is queued", async () => {
    const engine = await load({ queueCapacity: 8 });
    const calls = Array.from({ length: 6 }, () => engine.forward(request(4)));
    await engine.dispose();
    for (const { classes } of await Promise.all(calls)) assert.equal(classes, 10);
  });

  test("a failed load rejects with code and input, many times over", async () => {
    for (let i = 0; i < 20; i++) {
      const path = modelFile("text.pt");
      await assert.rejects(load({ path }), { code: "MODEL_NOT_TORCHSCRIPT", input: path });
    }
  });

  test("arguments of the wrong kind are refused before anything is begun", async () => {
    const wrong = async (more: object): Promise<unknown> => load(more);
    await assert.rejects(wrong({ dtype: "int8" }), TypeError);
    await assert.rejects(wrong({ path: 5 }), TypeError);
    await assert.rejects(wrong({ threads: "two" }), TypeError);
    const engine = await load();
    const forward = async (more: object): Promise<unknown> =>
      engine.forward({ ...request(), ...more });
    await assert.rejects(forward({ pixels: [1, 2, 3] }), TypeError);
    await assert.rejects(forward({ height: "32" }), TypeError);
    await assert.rejects(forward({ height: -32 }), TypeError);
    await assert.rejects(forward({ mean: "0,0,0" }), TypeError);
    await engine.dispose();
  });

  test("an engine that nobody disposes or keeps does not hold the process open", async () => {
    const engine = await load();
    assert.ok(engine.description.parameters > 0);
  });
});
