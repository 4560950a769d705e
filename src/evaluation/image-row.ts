import type { Sample } from "../datasets/sample.js";
import type { ClassMap } from "../imagenet/class-info.js";
import type { Classifier } from "../models/classifier.js";
import type { ImageRow } from "../scoring/image-row.js";
import { imageProbabilities } from "../scoring/softmax.js";

/** Outputs that count: all of a head, or those that have a class of the map. */
export const SOFTMAX_COLUMNS = ["all", "mapped"] as const;
export type SoftmaxColumns = (typeof SOFTMAX_COLUMNS)[number];

/** The columns that the softmax runs over; undefined for all. */
export function softmaxColumns(which: SoftmaxColumns, classMap: ClassMap): number[] | undefined {
  if (which === "all") return undefined;
  return classMap.classes
    .map(({ index }) => classMap.columnOf(index))
    .filter((column) => column !== -1)
    .sort((a, b) => a - b);
}

/**
 * What the score needs of one picture.
 * @param logits [outputs] float32, before the temperature
 * @throws MODEL_OUTPUT_UNSUPPORTED a logit is not finite
 */
export function imageRow(
  { path, split, classIndex }: Omit<Sample, "source">,
  logits: Float32Array,
  { classMap, temperature }: Pick<Classifier, "classMap" | "temperature">,
  columns?: readonly number[],
): ImageRow {
  const column = classMap.columnOf(classIndex);
  const { p, predictedColumn, predictedProb } = imageProbabilities(
    logits,
    column,
    temperature.value,
    columns,
  );
  return {
    path,
    split,
    class: classIndex,
    p,
    logit: logits[column] as number,
    predicted: classMap.classOf(predictedColumn),
    predictedProb,
  };
}
