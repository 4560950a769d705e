import * as t from "typanion";
import { Candidates, MINED_SHAPE, type MinedImage } from "./candidates.js";
import { SKIPPED_SHAPE, type SkippedImage, SkippedImages } from "./skipped-images.js";

/** An image with its alphas, in the order of the components. */
export interface MeasuredImage extends MinedImage {
  readonly alphas: readonly number[];
}

/** A stretch of the pool that is done: what of it matters, as the journal keeps it. */
export interface Stretch {
  /** Images looked at. */
  readonly seen: number;
  /** Left out since they are training images. */
  readonly training: number;
  readonly skipped: readonly SkippedImage[];
  /** Those that were among the best of some component when they came. */
  readonly best: readonly MeasuredImage[];
}

/** A Stretch in a document. */
export const STRETCH_SHAPE = t.isPartial({
  seen: t.isNumber(),
  training: t.isNumber(),
  skipped: t.isArray(SKIPPED_SHAPE),
  best: t.isArray(t.isPartial({ ...MINED_SHAPE, alphas: t.isArray(t.isNumber()) })),
});

/** What mining knows at any time; its size does not depend on the pool's. */
export class MineState {
  readonly candidates: readonly Candidates[];
  readonly skipped = new SkippedImages();
  /** Images of the part that were looked at, in order. */
  seen = 0;
  training = 0;

  constructor(components: number, capacity: number, distinct: boolean) {
    this.candidates = Array.from({ length: components }, () => new Candidates(capacity, distinct));
  }

  /** Images with an alpha. */
  get mined(): number {
    return this.seen - this.training - this.skipped.count;
  }

  /** @returns whether it may be among the best of some component */
  offer({ alphas, ...image }: MeasuredImage): boolean {
    let isTaken = false;
    for (const [i, alpha] of alphas.entries()) {
      if (this.candidates[i]?.offer({ ...image, alpha }) === true) isTaken = true;
    }
    return isTaken;
  }

  /** Counts a stretch whose images were offered already. */
  count({ seen, training, skipped }: Stretch): void {
    this.seen += seen;
    this.training += training;
    this.skipped.add(skipped);
  }

  /** A stretch of an earlier run. */
  replay(stretch: Stretch): void {
    for (const image of stretch.best) this.offer(image);
    this.count(stretch);
  }
}
