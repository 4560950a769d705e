import { parentPort, workerData } from "node:worker_threads";

import { Engine } from "../../src/models/engine.js";
import type { ForwardRequest } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";

/** What a test asks of a worker thread; `forever` goes on until the thread is ended from outside. */
export interface WorkerTask {
  readonly model: string;
  readonly request: ForwardRequest;
  readonly forever: boolean;
}

const { model, request, forever } = workerData as WorkerTask;
const { pixels, width, height } = request;
const whole = { cropLeft: 0, cropTop: 0, cropWidth: 300, cropHeight: 300 };
const resize = { width, height, resizeWidth: 300, resizeHeight: 300, ...whole };

parentPort?.postMessage("started");
const engine = await Engine.load(model, { device: "cpu", threads: 1 });
do {
  const first = pixels.subarray(0, width * height * 3);
  const resized = addon().resizeCrop({ pixels: first, ...resize, filter: "bicubic" });
  const [{ logits }] = await Promise.all([engine.forward(request), resized]);
  parentPort?.postMessage(logits);
} while (forever);
await engine.dispose();
