/**
 * A number with a fixed number of decimals as C's printf gives it: exact halves go to the even
 * digit, where JavaScript's toFixed takes the larger one (1/32 is 0.0312, not 0.0313).
 */
export function cFixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return "nan";
  // With d decimals, x is an exact half of the last digit just when x * 2^(d+1) is odd.
  const scaled = Math.abs(value) * 2 ** (decimals + 1);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return value.toFixed(decimals);
  const below = (BigInt(scaled) * 5n ** BigInt(decimals) - 1n) / 2n;
  const digits = String(below % 2n === 0n ? below : below + 1n).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  const text = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return value < 0 ? `-${text}` : text;
}
