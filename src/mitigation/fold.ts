import { symmetricEigen } from "./symmetric-eigen.js";

/** Labelled directions of one class, in the features of the model to mend. */
export interface ClassDirections {
  readonly index: number;
  /** Unit rows u: [L, d] */
  readonly directions: Float32Array;
  /** Eigen index in the discovery model of each row: [L] */
  readonly eigenIndices: readonly number[];
  /** mean_k: [d] */
  readonly mean: Float32Array;
}

/**
 * The whole fix as one linear map: logit_k -= strength * sum_j max(slopes_j . phi + offsets_j, 0)
 * over the rows j of class k.
 */
export interface FoldedFix {
  /** Column of the head that each row lowers: [J] */
  readonly columns: Int32Array;
  /** [J, d] */
  readonly slopes: Float32Array;
  /** [J] */
  readonly offsets: Float32Array;
}

/**
 * Directions closer to each other than this share of their common part count as one: eigenvalues of
 * U U^T below it are left out of the pseudo-inverse. The original solves without a limit and gives
 * logits below -100 when two directions are 1e-3 apart.
 */
export const COLLINEAR_TOLERANCE = 1e-4;

/**
 * With the directions U of class k as rows: lambda = (U U^T)^+ U (psi - mean), beta_l = lambda_l *
 * <1, u_l>; psi = w_k * phi makes every beta linear in phi.
 * @param weightOf row k of the head: [d] @param columnOf column of class k
 */
export function foldFix(
  classes: readonly ClassDirections[],
  weightOf: (classIndex: number) => Float32Array,
  columnOf: (classIndex: number) => number,
): FoldedFix {
  const d = classes[0]?.mean.length ?? 0;
  const rows = classes.reduce((sum, { eigenIndices }) => sum + eigenIndices.length, 0);
  const slopes = new Float32Array(rows * d);
  const offsets = new Float32Array(rows);
  const columns = new Int32Array(rows);
  let row = 0;
  for (const one of classes) {
    const weight = weightOf(one.index);
    const inverse = pseudoInverse(one.directions, one.eigenIndices.length, d);
    for (let l = 0; l < one.eigenIndices.length; l++, row++) {
      const scale = sumOf(one.directions.subarray(l * d, (l + 1) * d));
      let offset = 0;
      for (let i = 0; i < d; i++) {
        const beta = scale * (inverse[l * d + i] as number);
        slopes[row * d + i] = beta * (weight[i] as number);
        offset -= beta * (one.mean[i] as number);
      }
      offsets[row] = offset;
      columns[row] = columnOf(one.index);
    }
  }
  return { columns, slopes, offsets };
}

/** beta of every row of the fix for one image: [J]. @param features phi: [d] */
export function fixBetas({ slopes, offsets }: FoldedFix, features: Float32Array): Float64Array {
  const d = features.length;
  const betas = Float64Array.from(offsets);
  for (const row of betas.keys()) {
    let beta = betas[row] as number;
    for (let i = 0; i < d; i++) beta += (slopes[row * d + i] as number) * (features[i] as number);
    betas[row] = beta;
  }
  return betas;
}

/**
 * Lowers the logits of one image in place: logit_k -= scale * strength * max(beta, 0) over the rows
 * of class k.
 * @param logits [outputs] @param betas [J] @param scale what the graph multiplies the head's output
 *   by (a temperature inside the model)
 */
export function lowerLogits(
  { columns }: FoldedFix,
  logits: Float32Array,
  betas: Float64Array,
  strength: number,
  scale: number,
): void {
  for (const [row, column] of columns.entries()) {
    const beta = betas[row] as number;
    if (beta > 0) logits[column] = (logits[column] as number) - scale * strength * beta;
  }
}

/** (U U^T)^+ U: [L, d]. Where directions coincide, the least-squares solution of least norm. */
function pseudoInverse(directions: Float32Array, count: number, d: number): Float64Array {
  const row = (l: number): Float32Array => directions.subarray(l * d, (l + 1) * d);
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) gram[i * count + j] = dot(row(i), row(j));
  }
  const { values, vectors } = symmetricEigen(gram, count);
  const largest = Math.max(...values);
  const result = new Float64Array(count * d);
  for (const [e, value] of values.entries()) {
    if (value <= COLLINEAR_TOLERANCE * largest) continue;
    for (let l = 0; l < count; l++) {
      for (let j = 0; j < count; j++) {
        const factor =
          ((vectors[l * count + e] as number) * (vectors[j * count + e] as number)) / value;
        for (let i = 0; i < d; i++) {
          result[l * d + i] =
            (result[l * d + i] as number) + factor * (directions[j * d + i] as number);
        }
      }
    }
  }
  return result;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += value * (b[i] as number);
  return sum;
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
