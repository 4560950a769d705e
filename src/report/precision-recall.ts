/** One threshold: the share of positives above it, and the share of positives among all above. */
export interface PrecisionRecall {
  readonly recall: number;
  readonly precision: number;
}

/**
 * The precision-recall curve, highest threshold first, equal scores as one threshold. Thresholds
 * that add no positive are left out: average precision is the area of the steps
 * (recall - recall before) * precision over what is returned.
 * @param positives at least one, not NaN
 * @param negatives not NaN
 */
export function precisionRecall(
  positives: readonly number[],
  negatives: readonly number[],
): PrecisionRecall[] {
  const upper = Float64Array.from(positives).sort().reverse();
  const lower = Float64Array.from(negatives).sort().reverse();
  const curve: PrecisionRecall[] = [];
  let above = 0;
  for (let i = 0; i < upper.length; i++) {
    const threshold = upper[i] as number;
    if (upper[i + 1] === threshold) continue;
    while (above < lower.length && (lower[above] as number) >= threshold) above++;
    curve.push({ recall: (i + 1) / upper.length, precision: (i + 1) / (i + 1 + above) });
  }
  return curve;
}
