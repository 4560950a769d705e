import { auroc, countPairs } from "./auroc.js";
import { averagePrecision } from "./average-precision.js";
import type { ClassGroup } from "./class-groups.js";
import type { ImageRow } from "./image-row.js";
import { floatMean, pairwiseSum } from "./pairwise-sum.js";

export interface ClassScore {
  readonly index: number;
  /** Average precision of p_k, val images against spurious ones: the score. */
  readonly ap: number;
  readonly auroc: number;
  /** Pairs of a val and a spurious image with equal p. */
  readonly tiedPairs: number;
  /** Mean p_k; float32, as the original computes it. */
  readonly meanProbVal: number;
  readonly meanProbSpurious: number;
  /** Share of images predicted k; null when a prediction is not known. */
  readonly fractionVal: number | null;
  readonly fractionSpurious: number | null;
  readonly nVal: number;
  readonly nSpurious: number;
}

/** A number over all classes. */
export interface Overall {
  /** Mean of the classes' values. */
  readonly mean: number;
  /** One value over the images of all classes, pooled. */
  readonly joint: number;
}

export interface SpuriousScore {
  readonly ap: Overall;
  readonly auroc: Overall;
  readonly tiedPairs: {
    /** Sum over classes. */
    readonly withinClasses: number;
    readonly joint: number;
  };
  /** In the order of the groups given: ascending by class. */
  readonly classes: readonly ClassScore[];
}

/** The spurious score of grouped images (groupByClass), at least one class. */
export function spuriousScore(groups: readonly ClassGroup[]): SpuriousScore {
  const classes = groups.map(scoreClass);
  const val = groups.flatMap((group) => group.val.map(probability));
  const spurious = groups.flatMap((group) => group.spurious.map(probability));
  const mean = (values: readonly number[]): number => pairwiseSum(values) / values.length;
  return {
    ap: { mean: mean(classes.map(({ ap }) => ap)), joint: averagePrecision(val, spurious) },
    auroc: { mean: mean(classes.map((one) => one.auroc)), joint: auroc(val, spurious) },
    tiedPairs: {
      withinClasses: classes.reduce((sum, { tiedPairs }) => sum + tiedPairs, 0),
      joint: countPairs(val, spurious).tied,
    },
    classes,
  };
}

function scoreClass({ index, val, spurious }: ClassGroup): ClassScore {
  const pVal = val.map(probability);
  const pSpurious = spurious.map(probability);
  return {
    index,
    ap: averagePrecision(pVal, pSpurious),
    auroc: auroc(pVal, pSpurious),
    tiedPairs: countPairs(pVal, pSpurious).tied,
    meanProbVal: floatMean(pVal),
    meanProbSpurious: floatMean(pSpurious),
    fractionVal: fractionPredicted(val, index),
    fractionSpurious: fractionPredicted(spurious, index),
    nVal: val.length,
    nSpurious: spurious.length,
  };
}

function probability(row: ImageRow): number {
  return row.p;
}

function fractionPredicted(rows: readonly ImageRow[], index: number): number | null {
  if (rows.some(({ predicted }) => predicted === null)) return null;
  return rows.filter(({ predicted }) => predicted === index).length / rows.length;
}
