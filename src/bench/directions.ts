/** Directions that every side makes alike: every `count`-th feature, in equal parts: [count, d] */
export function spreadDirections(count: number, d: number): Float32Array {
  const rows = new Float32Array(count * d);
  for (let l = 0; l < count; l++) {
    const own = Math.ceil((d - l) / count);
    for (let i = l; i < d; i += count) rows[l * d + i] = 1 / Math.sqrt(own);
  }
  return rows;
}
