import { SpuriousError } from "../errors.js";
import type { EvalResult } from "../results/eval-result.js";
import {
  readEvalResult,
  readImageRows,
  type StoredEvalResult,
} from "../results/read-eval-result.js";
import { bootstrapDifferences, type Interval } from "../scoring/bootstrap.js";
import { type ClassGroup, groupByClass } from "../scoring/class-groups.js";
import type { ImageRow } from "../scoring/image-row.js";

export const COMPARISON_SCHEMA = "spurious-native/comparison/1";

/** Second less first. */
export interface ScoreDifference {
  readonly ap: number;
  readonly apCi95: Interval | null;
  readonly auroc: number;
  readonly aurocCi95: Interval | null;
}

export interface ComparedClass extends ScoreDifference {
  readonly index: number;
  readonly label: string;
  /** Average precision. */
  readonly first: number;
  readonly second: number;
  readonly firstAuroc: number;
  readonly secondAuroc: number;
}

/** An image whose p_k differs. */
export interface ChangedImage {
  readonly path: string;
  readonly split: "val" | "spurious";
  readonly class: number;
  readonly first: number;
  readonly second: number;
}

/** The document of `compare --json` and of compare.json. */
export interface Comparison {
  readonly schema: typeof COMPARISON_SCHEMA;
  readonly first: ComparedResult;
  readonly second: ComparedResult;
  readonly mean: ScoreDifference;
  readonly joint: ScoreDifference;
  /** Ascending by index. */
  readonly classes: readonly ComparedClass[];
  /** Largest change of p_k first. */
  readonly images: readonly ChangedImage[];
}

export interface ComparedResult {
  readonly folder: string;
  readonly score: EvalResult["score"];
  readonly auroc: EvalResult["auroc"];
  readonly provenance: EvalResult["provenance"];
}

export interface CompareOptions {
  /** Resamples of the paired bootstrap, default 2000; 0 for none. */
  readonly bootstrap?: number | undefined;
  readonly seed?: number | undefined;
  /** Changed images listed, default 50. */
  readonly images?: number | undefined;
}

/**
 * Two results on the same images: differences of the scores with paired 95 % bootstrap intervals.
 * @throws RESULT_INVALID, RESULTS_DIFFER (the two do not hold the same images)
 */
export async function compareResults(
  firstPath: string,
  secondPath: string,
  { bootstrap = 2000, seed = 0, images = 50 }: CompareOptions = {},
): Promise<Comparison> {
  const first = await readEvalResult(firstPath);
  const second = await readEvalResult(secondPath);
  const firstRows = await scoredRows(first);
  const secondRows = await scoredRows(second);
  refuseOtherImages(firstPath, firstRows, secondPath, secondRows);
  const groups = (rows: readonly ImageRow[]): readonly ClassGroup[] => groupByClass(rows).classes;
  const intervals = bootstrapDifferences(groups(firstRows), groups(secondRows), {
    resamples: bootstrap,
    seed,
  });
  const overall = (name: "mean" | "joint"): ScoreDifference => ({
    ap: second.result.score[name] - first.result.score[name],
    apCi95: intervals?.[name].ap ?? null,
    auroc: second.result.auroc[name] - first.result.auroc[name],
    aurocCi95: intervals?.[name].auroc ?? null,
  });
  return {
    schema: COMPARISON_SCHEMA,
    first: described(first),
    second: described(second),
    mean: overall("mean"),
    joint: overall("joint"),
    classes: first.result.classes.map((before, i) => {
      const after = second.result.classes[i] ?? before;
      return {
        index: before.index,
        label: before.label,
        first: before.ap,
        second: after.ap,
        ap: after.ap - before.ap,
        apCi95: intervals?.classes[i]?.ap ?? null,
        firstAuroc: before.auroc,
        secondAuroc: after.auroc,
        auroc: after.auroc - before.auroc,
        aurocCi95: intervals?.classes[i]?.auroc ?? null,
      };
    }),
    images: changedImages(firstRows, secondRows).slice(0, images),
  };
}

/** A table given to `score` may hold images of classes that have no score. */
async function scoredRows(stored: StoredEvalResult): Promise<ImageRow[]> {
  const scored = new Set(stored.result.classes.map(({ index }) => index));
  return (await readImageRows(stored)).filter((row) => scored.has(row.class));
}

function described({ folder, result }: StoredEvalResult): ComparedResult {
  const { score, auroc, provenance } = result;
  return { folder, score, auroc, provenance };
}

/** An image of a class: two results may have put one picture into different classes. */
const keyOf = ({ split, class: index, path }: ImageRow): string =>
  `${split}:${String(index)}:${path}`;

function changedImages(first: readonly ImageRow[], second: readonly ImageRow[]): ChangedImage[] {
  const after = new Map(second.map((row) => [keyOf(row), row.p]));
  return first
    .map((row) => {
      const { path, split, class: index, p } = row;
      return { path, split, class: index, first: p, second: after.get(keyOf(row)) ?? p };
    })
    .filter((row) => row.first !== row.second)
    .sort((a, b) => Math.abs(b.second - b.first) - Math.abs(a.second - a.first));
}

function refuseOtherImages(
  firstPath: string,
  first: readonly ImageRow[],
  secondPath: string,
  second: readonly ImageRow[],
): void {
  const inFirst = new Set(first.map(keyOf));
  const inSecond = new Set(second.map(keyOf));
  const missing = first.find((row) => !inSecond.has(keyOf(row)));
  const extra = second.find((row) => !inFirst.has(keyOf(row)));
  const odd = missing ?? extra;
  if (odd === undefined) return;
  const lacking = missing === undefined ? firstPath : secondPath;
  throw new SpuriousError(
    "RESULTS_DIFFER",
    `comparing results: ${firstPath}, ${secondPath}: expected the same images in both, got no ${odd.split} image ${odd.path} of class ${String(odd.class)} in ${lacking}`,
    { input: lacking },
  );
}
