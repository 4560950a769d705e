import { parentPort, workerData } from "node:worker_threads";

import { Engine } from "../../src/models/engine.js";
import type { ForwardRequest } from "../../src/native/contract.js";

/** What a test asks of a worker thread; `forever` goes on until the thread is ended from outside. */
export interface WorkerTask {
  readonly model: string;
  readonly request: ForwardRequest;
  readonly forever: boolean;
}

const { model, request, forever } = workerData as WorkerTask;
const engine = await Engine.load(model, { device: "cpu", threads: 1 });
do {
  const { logits } = await engine.forward(request);
  parentPort?.postMessage(logits);
} while (forever);
await engine.dispose();
