import type { Ignored } from "../datasets/sample.js";
import type { ErrorCode } from "../errors.js";
import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import { bootstrapIntervals, type Interval } from "../scoring/bootstrap.js";
import { groupByClass } from "../scoring/class-groups.js";
import type { ImageRow } from "../scoring/image-row.js";
import { type ClassScore, type Overall, spuriousScore } from "../scoring/spurious-score.js";

export const EVAL_SCHEMA = "spurious-native/eval/1";

/** An image that could not be read. */
export interface SkippedImage {
  readonly path: string;
  readonly split: "val" | "spurious";
  readonly class: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A class that has no score, and why. */
export interface UnscoredClass {
  readonly index: number;
  readonly label: string;
  readonly reason: string;
}

/** One class of result.json. Intervals are null when no bootstrap was asked for. */
export interface EvalClass extends ClassScore {
  readonly wnid: string;
  readonly label: string;
  /** Eigen indices in the names of the class's feature folders. */
  readonly components: readonly number[];
  readonly apCi95: Interval | null;
  readonly aurocCi95: Interval | null;
}

export interface OverallScore extends Overall {
  readonly meanCi95: Interval | null;
  readonly jointCi95: Interval | null;
}

/** The document of result.json. */
export interface EvalResult {
  readonly schema: typeof EVAL_SCHEMA;
  /** Average precision, which the paper publishes as "spurious AUC". */
  readonly score: OverallScore & {
    /** Pairs of a val and a spurious image with equal p. */
    readonly tiedPairs: { readonly withinClasses: number; readonly joint: number };
  };
  readonly auroc: OverallScore;
  /** Ascending by index. */
  readonly classes: readonly EvalClass[];
  readonly counts: {
    readonly val: number;
    readonly spurious: number;
    readonly skipped: readonly SkippedImage[];
    /** Files and folders of the data sets that are no part of the benchmark. */
    readonly ignored: readonly Ignored[];
    /** Val images of classes without spurious images. */
    readonly leftOut: number;
    readonly unscoredClasses: readonly UnscoredClass[];
  };
  readonly provenance: EvalProvenance;
}

/** Everything that is needed to make a result again; null where there was no model. */
export interface EvalProvenance {
  readonly version: string;
  readonly model: {
    readonly path: string;
    readonly sha256: string;
    readonly metadata: unknown;
    readonly [other: string]: unknown;
  } | null;
  readonly preset: string | null;
  readonly preprocessing: unknown;
  readonly decoder: unknown;
  readonly dtype: string | null;
  readonly device: string | null;
  readonly torch: string | null;
  readonly batch: number | null;
  readonly seed: number;
  readonly bootstrap: number;
  readonly classMap: string;
  readonly data: unknown;
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly imagesPerSecond: number | null;
  /** The same without the first two steps, in which the model is compiled. */
  readonly steadyImagesPerSecond?: number | null;
  readonly [other: string]: unknown;
}

export interface EvalResultInput {
  readonly rows: readonly ImageRow[];
  readonly classMap: ClassMap;
  /** Eigen indices by class. */
  readonly components: ReadonlyMap<number, readonly number[]>;
  /** How messages name row i. */
  readonly nameRow?: (i: number) => string;
  readonly skipped?: readonly SkippedImage[];
  readonly ignored?: readonly Ignored[];
  readonly unscoredClasses?: readonly UnscoredClass[];
  readonly provenance: EvalProvenance;
}

/**
 * Scores rows and joins the numbers with names and provenance.
 * @throws SCORE_INPUT_INVALID, DATA_CLASS_WITHOUT_VAL
 */
export function buildEvalResult(input: EvalResultInput): EvalResult {
  const { rows, classMap, components, provenance } = input;
  const infoOf = classInfos(classMap);
  const grouped = groupByClass(rows, {
    ...(input.nameRow && { row: input.nameRow }),
    class: (index) => `${String(index)} (${infoOf(index).label})`,
  });
  const score = spuriousScore(grouped.classes);
  const intervals = bootstrapIntervals(grouped.classes, {
    resamples: provenance.bootstrap,
    seed: provenance.seed,
  });
  const count = (split: string): number =>
    grouped.classes.reduce(
      (sum, group) => sum + (split === "val" ? group.val : group.spurious).length,
      0,
    );
  return {
    schema: EVAL_SCHEMA,
    score: {
      ...score.ap,
      meanCi95: intervals?.mean.ap ?? null,
      jointCi95: intervals?.joint.ap ?? null,
      tiedPairs: score.tiedPairs,
    },
    auroc: {
      ...score.auroc,
      meanCi95: intervals?.mean.auroc ?? null,
      jointCi95: intervals?.joint.auroc ?? null,
    },
    classes: score.classes.map((one, i) => ({
      index: one.index,
      wnid: infoOf(one.index).wnid,
      label: infoOf(one.index).label,
      components: components.get(one.index) ?? [],
      ap: one.ap,
      apCi95: intervals?.classes[i]?.ap ?? null,
      auroc: one.auroc,
      aurocCi95: intervals?.classes[i]?.auroc ?? null,
      tiedPairs: one.tiedPairs,
      meanProbVal: one.meanProbVal,
      meanProbSpurious: one.meanProbSpurious,
      fractionVal: one.fractionVal,
      fractionSpurious: one.fractionSpurious,
      nVal: one.nVal,
      nSpurious: one.nSpurious,
    })),
    counts: {
      val: count("val"),
      spurious: count("spurious"),
      skipped: input.skipped ?? [],
      ignored: input.ignored ?? [],
      leftOut: grouped.leftOut.length,
      unscoredClasses: input.unscoredClasses ?? [],
    },
    provenance,
  };
}
