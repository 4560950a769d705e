/** Steps after which every kernel is compiled and the memory that batches need is there. */
const WARM_UP_STEPS = 2;

/** Counts images against the clock, with and without the first steps. */
export class Throughput {
  readonly #begun = performance.now();
  #steps = 0;
  #images = 0;
  #warm: { readonly images: number; readonly at: number } | null = null;
  #last = this.#begun;

  /** Called after every step. */
  add(images: number): void {
    this.#steps += 1;
    this.#images += images;
    this.#last = performance.now();
    if (this.#steps === WARM_UP_STEPS) this.#warm = { images: this.#images, at: this.#last };
  }

  /** Of all images; null without any. */
  get imagesPerSecond(): number | null {
    return rate(this.#images, this.#last - this.#begun);
  }

  /** Of those after the first steps, which compile the model; null when there were none. */
  get steadyImagesPerSecond(): number | null {
    if (this.#warm === null) return null;
    return rate(this.#images - this.#warm.images, this.#last - this.#warm.at);
  }
}

function rate(images: number, milliseconds: number): number | null {
  return images === 0 || milliseconds <= 0 ? null : (images * 1000) / milliseconds;
}
