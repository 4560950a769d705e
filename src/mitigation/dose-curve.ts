import type { Overall } from "../scoring/spurious-score.js";

/** Strengths of the dose curve: none, the fix as it is, and past it. */
export const DOSES = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5] as const;

/** The strongest dose that is looked at: further up the fix takes away what is no feature. */
export const MOST_STRENGTH = 1.5;

/** The overall scores at one strength of the fix. */
export interface DosePoint {
  readonly strength: number;
  /** Average precision, mean over classes. */
  readonly mean: number;
  readonly joint: number;
  /** Top-1 accuracy as a share, where it was measured. */
  readonly accuracy?: number;
}

/**
 * Strengths of the arms of one forward pass: the model as it is, the fix at the strength asked for,
 * and the doses that are neither.
 */
export function armStrengths(strength: number): number[] {
  return [0, strength, ...DOSES.filter((dose) => dose !== 0 && dose !== strength)];
}

/**
 * @param strengths of the arms
 * @param overall scores of an arm
 * @param accuracies top-1 accuracy of each arm; null where it was not measured
 */
export function doseCurve(
  strengths: readonly number[],
  overall: (arm: number) => Overall,
  accuracies: readonly number[] | null,
): DosePoint[] {
  return [...new Set(strengths)]
    .sort((a, b) => a - b)
    .map((strength) => {
      const arm = strengths.indexOf(strength);
      const { mean, joint } = overall(arm);
      const accuracy = accuracies?.[arm];
      return { strength, mean, joint, ...(accuracy !== undefined && { accuracy }) };
    });
}
