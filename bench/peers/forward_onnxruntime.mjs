// Forward passes in onnxruntime-node:
//
//   node forward_onnxruntime.mjs MODULES '{"model","pixels","batch","size","mean","std","passes","threads"}'
//
// MODULES: folders to look for the package in, joined by the system's path delimiter.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

const WARM_UP = 3;

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function loadPackage(folders) {
  for (const folder of folders) {
    try {
      const require = createRequire(join(folder, "package.json"));
      return [require("onnxruntime-node"), require("onnxruntime-node/package.json").version];
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return null;
}

/** Bytes [N, S, S, 3] -> float32 [N, 3, S, S], scaled to [0, 1] and normalised. */
function normalized(bytes, { batch, size, mean, std }) {
  const plane = size * size;
  const values = new Float32Array(batch * 3 * plane);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < 3; c++) {
      const start = (n * 3 + c) * plane;
      for (let i = 0; i < plane; i++) {
        values[start + i] = (bytes[(n * plane + i) * 3 + c] / 255 - mean[c]) / std[c];
      }
    }
  }
  return values;
}

const [modules, json] = process.argv.slice(2);
const request = JSON.parse(json);
const found = loadPackage(modules.split(delimiter));
if (found === null) {
  const folder = modules.split(delimiter)[0];
  const install = `npm install --ignore-scripts --prefix ${folder} onnxruntime-node`;
  say({ missing: { reason: "the npm package onnxruntime-node is not installed", install } });
  process.exit(0);
}
const [ort, version] = found;
const { batch, size, passes, threads } = request;
const session = await ort.InferenceSession.create(request.model, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
});
const values = normalized(readFileSync(request.pixels), request);
const feeds = { images: new ort.Tensor("float32", values, [batch, 3, size, size]) };

let logits;
for (let i = 0; i < WARM_UP; i++) ({ logits } = await session.run(feeds));
const answer = [...logits.data.slice(0, logits.dims[1])];
say({
  ready: { version: `onnxruntime-node ${version}`, warmUp: `${WARM_UP} passes`, answer },
});
for await (const _ of createInterface({ input: process.stdin })) {
  const begun = performance.now();
  for (let i = 0; i < passes; i++) await session.run(feeds);
  say({ run: { items: passes * batch, seconds: (performance.now() - begun) / 1000 } });
}
