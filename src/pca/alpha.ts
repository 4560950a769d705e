import type { ClassPca } from "./class-pca.js";

/**
 * alpha_l(x) = <1, v_l> <psi_k(x) - mean_k, v_l> with psi_k(x) = w_k * phi(x), for all stored
 * components, in float64.
 * @param features phi(x), the penultimate features: [d]
 * @returns [m]
 */
export function alphasOf(pca: ClassPca, features: Float32Array): Float64Array {
  const d = pca.weight.length;
  const centred = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    // psi is float32 where the training images' is.
    const psi = Math.fround((pca.weight[i] as number) * (features[i] as number));
    centred[i] = psi - (pca.mean[i] as number);
  }
  return Float64Array.from({ length: pca.count }, (_, l) => {
    let sum = 0;
    let projection = 0;
    for (let i = 0; i < d; i++) {
      const v = pca.components[l * d + i] as number;
      sum += v;
      projection += v * (centred[i] as number);
    }
    return sum * projection;
  });
}

/** alpha of the training images for one component: [N]. */
export function trainAlphas(pca: ClassPca, component: number): Float32Array {
  return Float32Array.from(
    pca.images,
    (_, row) => pca.alphas[row * pca.count + component] as number,
  );
}

/** Share of values that are smaller, 0 to 1. */
export function shareBelow(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 0 : low / sorted.length;
}
