/**
 * Fits the neural PCA of many classes in a process of its own and prints the resident memory in
 * bytes after each class: `node --expose-gc --import tsx fitting-classes.ts MODEL TRAIN CLASSES IMAGES OUT`.
 */
import { fitPca } from "../../src/pca/fit.js";

const [model = "", train = "", classes = "", images = "", out = ""] = process.argv.slice(2);
const collectGarbage = (globalThis as { gc?: () => void }).gc;
let done = 0;

await fitPca({
  model,
  train,
  classes: `0-${Number(classes) - 1}`,
  size: 64,
  out,
  progress: {
    begin: () => undefined,
    end: () => undefined,
    advance: (count) => {
      const before = Math.floor(done / Number(images));
      done += count;
      if (Math.floor(done / Number(images)) === before) return;
      collectGarbage?.();
      process.stdout.write(`${process.memoryUsage.rss()}\n`);
    },
  },
});
