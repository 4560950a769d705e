/** Centre and spread of a few repeated measurements. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
  /** (greatest - least) / median */
  readonly spread: number;
}

/** The middle value; of an even number, the mean of the two in the middle. Needs at least one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const below = sorted[Math.ceil(half) - 1];
  const above = sorted[Math.floor(half)];
  if (below === undefined || above === undefined) throw new RangeError("median of no values");
  return (below + above) / 2;
}

export function summarize(values: readonly number[]): Summary {
  const middle = median(values);
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  return { median: middle, least, greatest, spread: (greatest - least) / middle };
}

/**
 * How much faster `a` is than `b`, from interleaved runs: the ratio of the medians, and the least
 * and greatest ratio of two runs of the same round, which shared the machine's state.
 */
export function ratioOf(
  a: readonly number[],
  b: readonly number[],
): { readonly ratio: number; readonly least: number; readonly greatest: number } {
  const rounds = Math.min(a.length, b.length);
  const ratios = Array.from({ length: rounds }, (_, i) => (a[i] as number) / (b[i] as number));
  return {
    ratio: median(a) / median(b),
    least: Math.min(...ratios),
    greatest: Math.max(...ratios),
  };
}
