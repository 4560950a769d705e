import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import type { Worker } from "node:worker_threads";

import { Engine } from "../../src/models/engine.js";
import type { ForwardRequest } from "../../src/native/contract.js";
import type { WorkerTask } from "../helpers/evaluating-worker.js";
import { IDENTITY, modelFile, PICTURES, testPictures } from "../helpers/model-fixtures.js";
import { largestDifference } from "../helpers/numbers.js";
import { startTsWorker } from "../helpers/ts-worker.js";

const SCRIPT = new URL("../helpers/evaluating-worker.ts", import.meta.url);
const model = modelFile("traced-conv.pt");
const request: ForwardRequest = {
  pixels: testPictures(32, 32),
  count: PICTURES,
  height: 32,
  width: 32,
  ...IDENTITY,
  batch: PICTURES,
};

function startWorker(forever = false): Worker {
  const workerData: WorkerTask = { model, request, forever };
  return startTsWorker(SCRIPT, workerData);
}

/** The first logits; a worker says before that it has started. */
async function answerOf(worker: Worker): Promise<Float32Array> {
  for (;;) {
    const [message] = (await once(worker, "message")) as [Float32Array | "started"];
    if (message !== "started") return message;
  }
}

describe("worker threads", () => {
  test("one loads the addon and evaluates, as the main thread does at the same time", async () => {
    await using engine = await Engine.load(model, { device: "cpu", threads: 1 });
    const worker = startWorker();
    const ended = once(worker, "exit");
    const [theirs, ours] = await Promise.all([answerOf(worker), engine.forward(request)]);
    assert.equal(theirs.length, ours.logits.length);
    assert.ok(largestDifference(theirs, ours.logits) < 2e-5);
    assert.deepEqual(await ended, [0]);
    assert.equal((await engine.forward(request)).classes, 10);
  });

  test("two at once, and one more after they have ended", async () => {
    const [first, second] = await Promise.all([startWorker(), startWorker()].map(answerOf));
    const third = await answerOf(startWorker());
    assert.ok(first && second);
    assert.ok(largestDifference(first, second) < 2e-5);
    assert.ok(largestDifference(first, third) < 2e-5);
  });

  test("one that is ended in the middle of its work takes nothing else with it", async () => {
    await using engine = await Engine.load(model, { device: "cpu", threads: 1 });
    for (let i = 0; i < 3; i++) {
      const worker = startWorker(true);
      await answerOf(worker);
      await worker.terminate();
      assert.equal((await engine.forward(request)).classes, 10);
    }
  });

  for (const delay of [0, 2, 5, 10, 20, 40]) {
    test(`one that is ended ${delay} ms after its start, while it loads or works`, async () => {
      const worker = startWorker(true);
      await once(worker, "message");
      await new Promise((resolve) => setTimeout(resolve, delay));
      assert.equal(await worker.terminate(), 1);
    });
  }
});
