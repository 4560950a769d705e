/** How positives and negatives compare, pair by pair. */
export interface PairCounts {
  /** Pairs in which the positive has the higher score. */
  readonly above: number;
  /** Pairs with equal scores. */
  readonly tied: number;
}

/** Compares every positive with every negative; scores must not be NaN. */
export function countPairs(positives: ArrayLike<number>, negatives: ArrayLike<number>): PairCounts {
  const upper = Float64Array.from(positives).sort();
  const lower = Float64Array.from(negatives).sort();
  let above = 0;
  let tied = 0;
  let smaller = 0;
  let notLarger = 0;
  for (const score of upper) {
    while (smaller < lower.length && (lower[smaller] as number) < score) smaller++;
    while (notLarger < lower.length && (lower[notLarger] as number) <= score) notLarger++;
    above += smaller;
    tied += notLarger - smaller;
  }
  return { above, tied };
}

/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counted
 * half. NaN when one side is empty.
 */
export function auroc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const { above, tied } = countPairs(positives, negatives);
  return (above + tied / 2) / (positives.length * negatives.length);
}
