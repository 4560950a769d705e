import type { Split } from "../datasets/sample.js";

/** One row of images.csv: what the score needs of one picture. */
export interface ImageRow {
  readonly path: string;
  readonly split: Split;
  readonly class: number;
  /** p_k of the row's class, a float32 value (ranking unrounded doubles would break ties). */
  readonly p: number;
  /** Logit of the row's class; null when only probabilities were given. */
  readonly logit: number | null;
  /** Class index of the largest output (first one if tied); -1 when the column has no class. */
  readonly predicted: number | null;
  readonly predictedProb: number | null;
}
