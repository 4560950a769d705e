/**
 * Sum of the variances (N - 1) of psi = w * phi over its dimensions: the sum of all eigenvalues,
 * stored or not.
 * @param features phi: [N, d] @param weight w: [d]
 */
export function totalVariance(features: Float32Array, weight: Float32Array): number {
  const d = weight.length;
  const n = features.length / d;
  const mean = new Float64Array(d);
  const psi = (row: number, i: number): number =>
    Math.fround((features[row * d + i] as number) * (weight[i] as number));
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < d; i++) mean[i] = (mean[i] as number) + psi(row, i) / n;
  }
  let sum = 0;
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < d; i++) sum += (psi(row, i) - (mean[i] as number)) ** 2;
  }
  return sum / (n - 1);
}
