import { join } from "node:path";

import { sha256File } from "../../src/models/sha256.js";
import { type SpuFix, writeFix } from "../../src/mitigation/fix-file.js";
import type { EvaluateRequest } from "../../src/evaluation/evaluate.js";
import { modelFile, MODELS } from "./model-fixtures.js";
import { Random } from "./random.js";
import type { SmallBenchmark } from "./small-benchmark.js";

const MODEL = "traced-conv.pt";

/** What `evaluate` is asked for a small benchmark, as its `evalArgs` do. */
export function smallRequest({ root, data, val }: SmallBenchmark, model = MODEL): EvaluateRequest {
  return {
    model: modelFile(model),
    size: 32,
    normalize: "none",
    classMap: join(root, "classes.json"),
    data,
    val,
    bootstrap: 40,
  };
}

/**
 * A fix of a model for two of the benchmark's three classes. The first direction of each is the
 * one along which a logit grows, so that the fix does something to every image.
 */
export async function smallFix({ root }: SmallBenchmark, model = MODEL): Promise<string> {
  const d = MODELS.find(({ file }) => file === model)?.head?.features ?? 0;
  const random = new Random(12);
  const unit = (values: number[]): number[] => {
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const classOf = (index: number): SpuFix["classes"][number] => ({
    index,
    directions: Float32Array.from([
      ...unit(Array.from({ length: d }, () => 1)),
      ...unit(Array.from({ length: d }, () => random.next() - 0.3)),
    ]),
    eigenIndices: [0, 4],
    mean: Float32Array.from({ length: d }, () => -0.1 * random.next()),
  });
  const path = join(root, "model.spufix.safetensors");
  await writeFix(path, {
    classes: [classOf(3), classOf(7)],
    modelSha256: await sha256File(modelFile(model)),
    provenance: { version: "test" },
  });
  return path;
}
