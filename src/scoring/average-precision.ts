import { pairwiseSum } from "./pairwise-sum.js";

/**
 * Average precision as scikit-learn's `average_precision_score`: the step integral over the
 * precision-recall curve, with equal scores as one threshold. The terms are added in scikit-learn's
 * order too (lowest threshold first), so the result is equal to the last bit.
 *
 * What the paper publishes as "spurious AUC"; chance level is the share of positives.
 *
 * @param positives scores of the images of the class, at least one, not NaN
 * @param negatives scores of the images that only show the spurious feature, not NaN
 */
export function averagePrecision(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
): number {
  if (positives.length === 0) throw new RangeError("average precision of no positives");
  const upper = Float64Array.from(positives).sort();
  const lower = Float64Array.from(negatives).sort();
  const terms: number[] = [];
  let i = upper.length - 1;
  let j = lower.length - 1;
  let recall = 0;
  while (i >= 0 || j >= 0) {
    const threshold = Math.max(upper[i] ?? -Infinity, lower[j] ?? -Infinity);
    while (upper[i] === threshold) i--;
    while (lower[j] === threshold) j--;
    const truePositives = upper.length - 1 - i;
    const falsePositives = lower.length - 1 - j;
    const next = truePositives / upper.length;
    terms.push((next - recall) * (truePositives / (truePositives + falsePositives)));
    recall = next;
  }
  return pairwiseSum(terms.reverse());
}
