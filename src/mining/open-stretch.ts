import type { MeasuredImage, MineState, Stretch } from "./mine-state.js";
import type { SkippedImage } from "./skipped-images.js";

/** What became of an image. */
export type Outcome =
  | "training"
  | { readonly skipped: SkippedImage }
  | { readonly measured: MeasuredImage };

/**
 * The images that are done and in no journal yet. A run goes on behind as many images as its journal
 * counts, and those that cannot be read are known before others that came earlier: only what lies
 * before the first image that is not done is taken.
 */
export class OpenStretch {
  readonly #early = new Map<number, Outcome>();
  #next: number;
  #training = 0;
  #taken: number;
  #skipped: SkippedImage[] = [];
  #best: MeasuredImage[] = [];

  /** @param state is offered every image in the order of the part; has seen those before the stretch */
  constructor(private readonly state: MineState) {
    this.#next = state.seen;
    this.#taken = state.seen;
  }

  /** @param place of the image among those of the part */
  settle(place: number, outcome: Outcome): void {
    this.#early.set(place, outcome);
    for (;;) {
      const next = this.#early.get(this.#next);
      if (next === undefined) return;
      this.#early.delete(this.#next);
      this.#next += 1;
      if (next === "training") this.#training += 1;
      else if ("skipped" in next) this.#skipped.push(next.skipped);
      else if (this.state.offer(next.measured)) this.#best.push(next.measured);
    }
  }

  /** What is done; the stretch goes on behind it. */
  take(): Stretch {
    const seen = this.#next - this.#taken;
    const stretch = { seen, training: this.#training, skipped: this.#skipped, best: this.#best };
    this.#taken = this.#next;
    this.#training = 0;
    this.#skipped = [];
    this.#best = [];
    return stretch;
  }
}
