import { benchmarkFeatures, imageNetClasses } from "../imagenet/facts.js";
import { builtInHeads } from "../imagenet/class-map.js";
import type { EvalClass, EvalResult } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import { fileName } from "./format.js";

/**
 * What a report calls the model: its metadata's name, its file, or the table it came from; and
 * whether the result is of the model after a fix.
 */
export function modelName({ provenance }: Pick<EvalResult, "provenance">): string {
  const { model, data } = provenance;
  if (model === null) return fileName(textOf(data, "images") ?? "given probabilities");
  const name = textOf(model.metadata, "name") ?? fileName(model.path).replace(/\.[a-z]+$/i, "");
  return provenance["spufix"] === undefined ? name : `${name} after SpuFix`;
}

/** A field of a document whose shape is not known, when it is text. */
export function textOf(document: unknown, field: string): string | null {
  if (typeof document !== "object" || document === null) return null;
  const value = (document as Record<string, unknown>)[field];
  return typeof value === "string" && value !== "" ? value : null;
}

/** How a report names what a model predicted, by class index; -1 is a column without a class. */
export function predictionNames(result: EvalResult): (index: number) => string {
  const labels = new Map<number, string>();
  if (builtInHeads().some(({ name }) => name === result.provenance.classMap)) {
    for (const { index, label } of imageNetClasses()) labels.set(index, plainLabel(label));
  }
  for (const { index, label } of result.classes) labels.set(index, plainLabel(label));
  return (index) =>
    labels.get(index) ?? (index < 0 ? "something not mapped" : `class ${String(index)}`);
}

/** The benchmark's words for the feature of a class; null unless its components say it is that. */
export function featureInWords({ index, label, components }: EvalClass): string | null {
  const known = benchmarkFeatures().find((one) => one.class === index && one.label === label);
  const same =
    known &&
    components.length > 0 &&
    components.every((component) => known.eigen_indices.includes(component));
  return same ? known.feature : null;
}
