import type { Answer } from "./contestant.js";

/** Largest difference of two rows of logits, beside the largest logit. */
export function compareNumbers(own: Answer, other: Answer): string {
  if (typeof own === "string" || typeof other === "string" || own.length !== other.length) {
    return "another kind of answer";
  }
  let difference = 0;
  let scale = 0;
  for (const [i, value] of own.entries()) {
    difference = Math.max(difference, Math.abs(value - (other[i] as number)));
    scale = Math.max(scale, Math.abs(value));
  }
  return difference === 0
    ? "the same numbers"
    : `numbers differ by at most ${difference.toExponential(1)} (the largest is ${scale.toPrecision(2)})`;
}

export function compareDigests(own: Answer, other: Answer): string {
  return own === other ? "the same bytes" : "other bytes";
}
