import type { ClassMap } from "../../src/imagenet/class-info.js";
import { imagenet1k } from "../../src/imagenet/class-map.js";
import {
  buildEvalResult,
  type EvalProvenance,
  type EvalResult,
} from "../../src/results/eval-result.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import type { Random } from "./random.js";

/** A row with the fields that a test does not care about filled in. */
export function row(fields: Partial<ImageRow>): ImageRow {
  return {
    path: "n01440764/a.JPEG",
    split: "val",
    class: 0,
    p: 0.5,
    logit: 1.25,
    predicted: 0,
    predictedProb: 0.5,
    ...fields,
  };
}

/** Random rows: `val` and `spurious` images of each class, with some probabilities tied. */
export function randomRows(
  random: Random,
  classes: readonly number[],
  val: number,
  spurious: number,
): ImageRow[] {
  return classes.flatMap((index) =>
    (["val", "spurious"] as const).flatMap((split) =>
      Array.from({ length: split === "val" ? val : spurious }, (_, i) =>
        row({
          path: `${split}-${index}/${i}.jpg`,
          split,
          class: index,
          p: Math.fround(random.integer(0, 40) / 40),
          logit: Math.fround(random.next() * 20 - 10),
          predicted: random.pick([index, -1, 7]),
          predictedProb: Math.fround(random.next()),
        }),
      ),
    ),
  );
}

export const PROVENANCE: EvalProvenance = {
  version: "0.0.0-test",
  model: null,
  preset: null,
  preprocessing: null,
  decoder: null,
  dtype: null,
  device: null,
  torch: null,
  batch: null,
  seed: 0,
  bootstrap: 0,
  classMap: "imagenet1k",
  data: null,
  started: "2024-01-01T00:00:00.000Z",
  seconds: 0,
  imagesPerSecond: null,
};

/** The result of rows, without intervals unless the provenance says otherwise. */
export function resultOf(
  rows: readonly ImageRow[],
  provenance: Partial<EvalProvenance> = {},
  classMap: ClassMap = imagenet1k(),
): EvalResult {
  return buildEvalResult({
    rows,
    classMap,
    components: new Map(),
    provenance: { ...PROVENANCE, ...provenance },
  });
}
