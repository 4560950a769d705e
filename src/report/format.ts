import type { Interval } from "../scoring/bootstrap.js";

/** 0.614 */
export function score(value: number): string {
  return value.toFixed(3);
}

/** 0.591 – 0.637 */
export function range(interval: Interval | null): string {
  return interval === null ? "–" : `${score(interval[0])} – ${score(interval[1])}`;
}

/** 83 %, or a dash where it is not known. */
export function percent(fraction: number | null): string {
  return fraction === null ? "–" : `${(fraction * 100).toFixed(0)} %`;
}

/** A probability in four characters or so: 0.972, 2e-5, 0. */
export function probability(p: number): string {
  return p === 0 || p >= 0.0005 ? p.toFixed(3) : p.toExponential(0);
}

/** 12,500 */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** "1 image", "2 images", "3 classes" */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Last part of a path, whatever its separators. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** A difference: +0.133, −0.020. */
export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** The interval of a difference: −0.020 – +0.133. */
export function signedRange(interval: Interval | null): string {
  return interval === null ? "–" : `${signed(interval[0])} – ${signed(interval[1])}`;
}
