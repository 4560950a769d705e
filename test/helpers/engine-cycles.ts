/**
 * Loads, uses and frees a model again and again in a process of its own, and prints the resident
 * memory in bytes after each round: `node --expose-gc --import tsx engine-cycles.ts MODEL ROUNDS CYCLES WIDTH`, of
 * images 32 pixels high. The graph is compiled for square ones only.
 */
import { Engine } from "../../src/models/engine.js";
import { IDENTITY, PICTURES, testPictures } from "./model-fixtures.js";

const [model = "", rounds = "", cycles = "", side = ""] = process.argv.slice(2);
const width = Number(side);
const pixels = testPictures(32, width);

for (let round = 0; round < Number(rounds); round++) {
  for (let cycle = 0; cycle < Number(cycles); cycle++) {
    await using engine = await Engine.load(model, { device: "cpu", threads: 1 });
    const request = {
      pixels,
      count: PICTURES,
      height: 32,
      width,
      batch: PICTURES,
      ...IDENTITY,
    };
    await engine.forward({ ...request, features: true });
    await engine.forward(request);
  }
  (globalThis as { gc?: () => void }).gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.stdout.write(`${process.memoryUsage.rss()}\n`);
}
