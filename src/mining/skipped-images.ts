import * as t from "typanion";
import { compareCodePoints } from "../datasets/order.js";

export interface SkippedImage {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/** A SkippedImage in a document. */
export const SKIPPED_SHAPE = t.isPartial({
  id: t.isString(),
  code: t.isString(),
  message: t.isString(),
});

/** Listed by name; more are counted. */
const LISTED = 1000;

/** Images that could not be read: all counted, the first ones by id kept. */
export class SkippedImages {
  #count = 0;
  #kept: SkippedImage[] = [];

  add(images: readonly SkippedImage[], count = images.length): void {
    this.#count += count;
    this.#kept.push(...images);
    if (this.#kept.length > 2 * LISTED) this.#kept = this.list();
  }

  get count(): number {
    return this.#count;
  }

  /** By id, at most a thousand. */
  list(): SkippedImage[] {
    return [...this.#kept].sort((a, b) => compareCodePoints(a.id, b.id)).slice(0, LISTED);
  }
}
