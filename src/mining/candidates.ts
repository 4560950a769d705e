import * as t from "typanion";
import { compareCodePoints } from "../datasets/order.js";
import { ADDRESS_SHAPE, type ImageAddress } from "./pool.js";

/** An image that the model has seen. */
export interface MinedImage extends ImageAddress {
  /** p_k of the mined class. */
  readonly probability: number;
  /** perceptualHash */
  readonly hash: string;
}

/** The fields of a MinedImage in a document. */
export const MINED_SHAPE = {
  ...ADDRESS_SHAPE,
  probability: t.isNumber(),
  hash: t.cascade(t.isString(), [t.matchesRegExp(/^[0-9a-f]{16}$/)]),
};

export interface Candidate extends MinedImage {
  readonly alpha: number;
}

/** The largest alpha first; equal ones by id and place, so that no run orders them otherwise. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return (
    b.alpha - a.alpha ||
    compareCodePoints(a.id, b.id) ||
    a.pool - b.pool ||
    (a.offset ?? 0) - (b.offset ?? 0)
  );
}

/**
 * The best of any number of images in bounded memory: those with the largest alpha, of images with
 * one perceptual hash the best one. Which these are does not depend on the order in which images
 * come, so parts of a pool can be put together.
 *
 * Images are gathered until there are twice as many as are kept, then sorted and cut, which costs
 * no more than a heap.
 */
export class Candidates {
  #kept: Candidate[] = [];
  /** Whatever is not before this one has no place. */
  #last: Candidate | null = null;

  /**
   * @param capacity images kept
   * @param distinct whether of images with the same hash only the best is kept
   */
  constructor(
    readonly capacity: number,
    readonly distinct: boolean,
  ) {}

  /** @returns whether the image may be among the best */
  offer(candidate: Candidate): boolean {
    if (this.#last !== null && compareCandidates(candidate, this.#last) >= 0) return false;
    this.#kept.push(candidate);
    if (this.#kept.length >= 2 * this.capacity) this.#cut();
    return true;
  }

  /** Best first, at most `capacity`. */
  ranked(): readonly Candidate[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    const sorted = this.#kept.sort(compareCandidates);
    const hashes = new Set<string>();
    const best = this.distinct
      ? sorted.filter(({ hash }) => !hashes.has(hash) && hashes.add(hash))
      : sorted;
    this.#kept = best.slice(0, this.capacity);
    this.#last = (best.length >= this.capacity && this.#kept.at(-1)) || null;
  }
}
