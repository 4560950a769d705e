import { readFile } from "node:fs/promises";
import type { ClassPcaResult } from "../../native/contract.js";
import { addon } from "../../native/load.js";
import { VERSION } from "../../version.js";
import { serve } from "./serve.js";

interface PcaWork {
  readonly features: string;
  readonly weights: string;
  readonly images: number;
  readonly dimensions: number;
  readonly components: number;
  readonly classes: number;
  readonly threads: number;
}

await serve(async () => {
  const work = JSON.parse(process.argv[2] ?? "") as PcaWork;
  const { images, dimensions, components, classes, threads } = work;
  const [features, weights] = [await floats(work.features), await floats(work.weights)];
  const native = addon();
  const fit = (index: number): Promise<ClassPcaResult> =>
    native.fitClassPca({
      features,
      images,
      dimensions,
      weight: weights.subarray(index * dimensions, (index + 1) * dimensions),
      components,
      threads,
    });
  const first = await fit(0);
  return {
    readiness: {
      version: `spurious-native ${VERSION}, ${first.solver}`,
      warmUp: "one class",
      answer: [...first.eigenvalues],
    },
    async run() {
      for (let index = 0; index < classes; index++) await fit(index);
      return classes;
    },
    close: () => Promise.resolve(),
  };
});

async function floats(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
