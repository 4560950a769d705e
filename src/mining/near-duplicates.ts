import type { Candidate } from "./candidates.js";
import { hashDistance } from "./perceptual-hash.js";

export interface NearDuplicate {
  readonly id: string;
  readonly alpha: number;
  /** The image of the list that it is nearly equal to. */
  readonly of: string;
  /** Bits in which the hashes differ. */
  readonly distance: number;
}

export interface DistinctImages {
  readonly top: readonly Candidate[];
  /** What was passed over on the way. */
  readonly dropped: readonly NearDuplicate[];
}

/**
 * Goes down a ranked list and passes over images that nearly equal a better one already taken,
 * until there are enough. What is taken depends on better images only: the list of more candidates
 * begins with that of fewer.
 * @param largest distance at which images count as the same; null: all are taken
 */
export function distinctImages(
  ranked: readonly Candidate[],
  count: number,
  largest: number | null,
): DistinctImages {
  const top: Candidate[] = [];
  const dropped: NearDuplicate[] = [];
  for (const one of ranked) {
    if (top.length === count) break;
    const twin =
      largest === null ? undefined : top.find((other) => distanceOf(one, other) <= largest);
    if (twin === undefined) top.push(one);
    else {
      const { id, alpha } = one;
      dropped.push({ id, alpha, of: twin.id, distance: distanceOf(one, twin) });
    }
  }
  return { top, dropped };
}

function distanceOf(a: Candidate, b: Candidate): number {
  return hashDistance(a.hash, b.hash);
}
