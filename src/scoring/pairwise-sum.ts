const BLOCK = 128;
const LANES = 8;

/**
 * Sum of numbers in NumPy's order (eight running sums in blocks of 128, halves above that). The
 * published numbers were added this way; any other order differs in the last bits, which shows in
 * the fourth decimal of the text table now and then.
 * @param round applied after every addition: identity for float64, Math.fround for float32
 */
export function pairwiseSum(
  values: ArrayLike<number>,
  round: (value: number) => number = (value) => value,
): number {
  return sumRange(values, 0, values.length, round);
}

/** Mean of float32 values in float32, as `numpy.mean` computes it; NaN for none. */
export function floatMean(values: ArrayLike<number>): number {
  return Math.fround(pairwiseSum(values, Math.fround) / values.length);
}

function sumRange(
  values: ArrayLike<number>,
  start: number,
  count: number,
  round: (value: number) => number,
): number {
  if (count > BLOCK) {
    const half = Math.floor(count / 2);
    const left = half - (half % LANES);
    return round(
      sumRange(values, start, left, round) + sumRange(values, start + left, count - left, round),
    );
  }
  const at = (i: number): number => values[start + i] as number;
  const inLanes = count - (count % LANES);
  let sum = 0;
  if (inLanes > 0) {
    const lanes = Array.from({ length: LANES }, (_, lane) => at(lane));
    for (let i = LANES; i < inLanes; i++) {
      lanes[i % LANES] = round((lanes[i % LANES] as number) + at(i));
    }
    sum = sumOfLanes(lanes, round);
  }
  for (let i = inLanes; i < count; i++) sum = round(sum + at(i));
  return sum;
}

/** ((0+1)+(2+3)) + ((4+5)+(6+7)) */
function sumOfLanes(lanes: readonly number[], round: (value: number) => number): number {
  let level = lanes;
  while (level.length > 1) {
    const pairs: number[] = [];
    for (let i = 0; i < level.length; i += 2) {
      pairs.push(round((level[i] as number) + (level[i + 1] as number)));
    }
    level = pairs;
  }
  return level[0] as number;
}
