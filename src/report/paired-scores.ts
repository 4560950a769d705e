import type { Interval } from "../scoring/bootstrap.js";

/** A number of two results on the same images. */
export interface PairedNumber {
  readonly first: number;
  readonly second: number;
  /** Second less first. */
  readonly difference: number;
  /** Paired; null without a bootstrap. */
  readonly ci95: Interval | null;
}

/** The score of a class in both. */
export interface PairedClass extends PairedNumber {
  readonly index: number;
  readonly label: string;
}

export type Direction = "rise" | "fall" | "unsure";

/** Where a difference is known to point: its interval leaves out 0. */
export function directionOf({ ci95 }: PairedNumber): Direction {
  if (ci95 === null || (ci95[0] <= 0 && ci95[1] >= 0)) return "unsure";
  return ci95[0] > 0 ? "rise" : "fall";
}
