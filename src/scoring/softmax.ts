import { SpuriousError } from "../errors.js";

/** Softmax probabilities of one image, rounded to float32, and its top-1 output. */
export interface ImageProbabilities {
  /** Probability of the column asked for. */
  readonly p: number;
  /** The first of the columns with the largest logit. */
  readonly predictedColumn: number;
  readonly predictedProb: number;
}

/**
 * Reads one row of logits.
 *
 * The softmax runs in float64 and its results are rounded to float32 before anything is ranked: two
 * saturated probabilities of 1 are a tie, which unrounded doubles would break.
 *
 * @param logits [outputs] float32
 * @param column column of the image's class, one of `columns`
 * @param temperature divides the logits
 * @param columns the outputs that count as classes: all when absent, as in the original, or the
 *   mapped columns of a wide head. Softmax and top-1 are among these.
 * @throws MODEL_OUTPUT_UNSUPPORTED a logit is NaN or too large for the model's precision
 */
export function imageProbabilities(
  logits: ArrayLike<number>,
  column: number,
  temperature: number,
  columns?: readonly number[],
): ImageProbabilities {
  const count = columns?.length ?? logits.length;
  const columnAt = (i: number): number => (columns === undefined ? i : (columns[i] as number));
  const predictedColumn = firstMaximum(logits, count, columnAt);
  const largest = logits[predictedColumn] as number;
  const exponential = (at: number): number =>
    Math.exp(((logits[at] as number) - largest) / temperature);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += exponential(columnAt(i));
  return {
    p: Math.fround(exponential(column) / sum),
    predictedColumn,
    predictedProb: Math.fround(1 / sum),
  };
}

/** A column, as argmax of numpy and of torch on a CPU: the first one if several are equal. */
function firstMaximum(
  logits: ArrayLike<number>,
  count: number,
  columnAt: (i: number) => number,
): number {
  let best = columnAt(0);
  let largest = logits[best] as number;
  for (let i = 0; i < count; i++) {
    const column = columnAt(i);
    const value = logits[column] as number;
    // Minus infinity is a probability of 0: models mask outputs that way.
    if (Number.isNaN(value) || value === Infinity) throw notFinite(column, value);
    if (value > largest) [best, largest] = [column, value];
  }
  if (!Number.isFinite(largest)) throw notFinite(best, largest);
  return best;
}

function notFinite(column: number, value: number): SpuriousError {
  return new SpuriousError(
    "MODEL_OUTPUT_UNSUPPORTED",
    `reading the logits: output ${String(column)}: expected a finite number, got ${String(value)}`,
    {
      hint: "half precision may have overflowed: try --dtype fp32; else the model itself is broken",
    },
  );
}
