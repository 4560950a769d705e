/**
 * The direction in the features of the model to mend that goes with a component of the discovery
 * model: u = sum_i alpha_l(x_i) (psi_k(x_i) - mean_k), normalised to length 1.
 */
export interface Direction {
  /** u: [d] */
  readonly unit: Float64Array;
  /** Length before it was normalised. */
  readonly norm: number;
}

/** psi_k and its mean over the training images of a class. */
export interface CentredFeatures {
  /** psi_k(x_i) - mean_k: [N, d] */
  readonly centred: Float64Array;
  /** [d] */
  readonly mean: Float64Array;
}

/**
 * @param features phi of the training images: [N, d] @param weight row k of the head: [d]
 */
export function centreFeatures(features: Float32Array, weight: Float32Array): CentredFeatures {
  const d = weight.length;
  const n = features.length / d;
  const centred = Float64Array.from(features, (value, i) =>
    Math.fround(value * (weight[i % d] as number)),
  );
  const mean = new Float64Array(d);
  for (const [i, value] of centred.entries()) mean[i % d] = (mean[i % d] as number) + value / n;
  return { centred: centred.map((value, i) => value - (mean[i % d] as number)), mean };
}

/**
 * @param alphas alpha_l of the same images in the discovery model: [N]
 * @returns null when the images do not vary along it: there is nothing to mend
 */
export function directionOf(
  { centred, mean }: CentredFeatures,
  alphas: Float64Array,
): Direction | null {
  const d = mean.length;
  const sum = new Float64Array(d);
  for (const [row, alpha] of alphas.entries()) {
    for (let i = 0; i < d; i++) {
      sum[i] = (sum[i] as number) + alpha * (centred[row * d + i] as number);
    }
  }
  const norm = Math.hypot(...sum);
  if (!(norm > 0)) return null;
  return { unit: sum.map((value) => value / norm), norm };
}
