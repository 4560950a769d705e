import * as t from "typanion";
import { WHOLE_NUMBER } from "../results/document-shape.js";
import { imageSizes } from "../datasets/image-sizes.js";
import type { Benchmark, Sample } from "../datasets/sample.js";
import type { ClassMap } from "../imagenet/class-info.js";
import type { ReportImages } from "../report/eval-report.js";
import { chooseReportImages, makeThumbnails } from "../report/thumbnails.js";
import { SKIPPED_SHAPE } from "../results/eval-result-shape.js";
import {
  buildEvalResult,
  type EvalProvenance,
  type EvalResult,
  type SkippedImage,
} from "../results/eval-result.js";
import type { ImageRow } from "../scoring/image-row.js";
import { withoutUnscoredClasses } from "./unscored-classes.js";

/** What is known of one picture: a row per arm, or why there is none. */
export type Entry = { readonly rows: readonly ImageRow[] } | { readonly skipped: SkippedImage };

const PROBABILITY = t.cascade(t.isNumber(), [t.isInInclusiveRange(0, 1)]);

const ROW_SHAPE = t.isPartial({
  path: t.isString(),
  split: t.isEnum(["val", "spurious"]),
  class: WHOLE_NUMBER,
  p: PROBABILITY,
  logit: t.isNullable(t.isNumber()),
  predicted: t.isNullable(t.isNumber()),
  predictedProb: t.isNullable(PROBABILITY),
});

/** An Entry in a document. */
export const ENTRY_SHAPE = t.isOneOf([
  t.isPartial({ rows: t.cascade(t.isArray(ROW_SHAPE), [t.hasMinLength(1)]) }),
  t.isPartial({ skipped: SKIPPED_SHAPE }),
]);

export interface ScoredArm {
  readonly result: EvalResult;
  /** In the benchmark's order: by class, then path. */
  readonly rows: readonly ImageRow[];
}

/** A benchmark as a model's head sees it. */
export interface SeenBenchmark {
  readonly classMap: ClassMap;
  readonly benchmark: Pick<Benchmark, "classes" | "ignored">;
  /** Classes that the head has no column for. */
  readonly missing: readonly number[];
}

/** Names a picture of a benchmark. */
export function keyOf({ split, path }: { split: string; path: string }): string {
  return `${split}:${path}`;
}

/** Tells the pictures from others of the same names, wherever they lie (see ImageSizes). */
export function sampleSizes(benchmark: Benchmark, samples: readonly Sample[]): Promise<string> {
  return imageSizes(samples, keyOf, (sample) => benchmark.sizeOf(sample));
}

export function keyOfEntry(entry: Entry): string {
  if ("skipped" in entry) return keyOf(entry.skipped);
  const [row] = entry.rows;
  return row === undefined ? "" : keyOf(row);
}

/** The entries in the order of the samples. */
export function inOrder(entries: readonly Entry[], samples: readonly Sample[]): Entry[] {
  const order = new Map(samples.map((sample, i) => [keyOf(sample), i]));
  const place = (entry: Entry): number => order.get(keyOfEntry(entry)) ?? 0;
  return [...entries].sort((a, b) => place(a) - place(b));
}

/** The rows of an arm, without those of classes that have lost their images. */
export function scoredRows(entries: readonly Entry[], arm: number, seen: SeenBenchmark) {
  const skipped = entries.flatMap((entry) => ("skipped" in entry ? [entry.skipped] : []));
  const all = entries.flatMap((entry) => ("rows" in entry ? (entry.rows[arm] ?? []) : []));
  return { skipped, ...withoutUnscoredClasses(all, skipped, seen.missing, seen.classMap) };
}

/** The scores of one arm. @param entries in the benchmark's order */
export function scoreEntries(
  entries: readonly Entry[],
  arm: number,
  seen: SeenBenchmark,
  provenance: EvalProvenance,
): ScoredArm {
  const { classMap, benchmark } = seen;
  const { rows, unscored, skipped } = scoredRows(entries, arm, seen);
  const result = buildEvalResult({
    rows,
    classMap,
    components: new Map(benchmark.classes.map((one) => [one.index, one.components])),
    skipped,
    ignored: benchmark.ignored,
    unscoredClasses: unscored,
    provenance,
  });
  return { result, rows };
}

/** Thumbnails for the report of an arm. */
export function thumbnailsOf(
  { result, rows }: ScoredArm,
  samples: readonly Sample[],
  signal?: AbortSignal,
): Promise<ReportImages> {
  const chosen = chooseReportImages(result, rows);
  const sources = new Map(samples.map((one) => [keyOf(one), one.source]));
  return makeThumbnails(chosen, (row) => sources.get(keyOf(row)), signal);
}
