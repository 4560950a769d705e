/** Pixels a model is given: RGB, 8 bit, row by row. */
export interface Pixels {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Images of one size that go through the model together. */
export interface Batch<T> {
  readonly height: number;
  readonly width: number;
  readonly items: T[];
}

/**
 * Groups images by size into batches. Images that wait for company are bounded in number, so that
 * a data set of a thousand different sizes does not fill the memory.
 */
export class ShapeBuckets<T extends { readonly image: Pixels }> {
  readonly #fullAt: (image: Pixels) => number;
  readonly #limit: number;
  readonly #buckets = new Map<string, T[]>();
  #waiting = 0;

  /** @param fullAt images in a full batch of an image's size @param limit images that may wait in all */
  constructor(fullAt: (image: Pixels) => number, limit: number) {
    this.#fullAt = fullAt;
    this.#limit = limit;
  }

  /** Takes one image; returns the batches that are ready now. */
  add(item: T): Batch<T>[] {
    const key = `${String(item.image.width)}x${String(item.image.height)}`;
    const bucket = this.#buckets.get(key) ?? [];
    bucket.push(item);
    this.#buckets.set(key, bucket);
    this.#waiting += 1;
    const ready: Batch<T>[] = [];
    if (bucket.length >= this.#fullAt(item.image)) ready.push(this.#take(key));
    while (this.#waiting > this.#limit) ready.push(this.#take(this.#largest()));
    return ready;
  }

  /** What is left, in the order in which sizes were first met. */
  flush(): Batch<T>[] {
    return [...this.#buckets.keys()].map((key) => this.#take(key));
  }

  #take(key: string): Batch<T> {
    const items = this.#buckets.get(key) ?? [];
    this.#buckets.delete(key);
    this.#waiting -= items.length;
    const first = items[0] as T;
    return { height: first.image.height, width: first.image.width, items };
  }

  #largest(): string {
    let best = "";
    let most = 0;
    for (const [key, items] of this.#buckets) {
      if (items.length > most) [best, most] = [key, items.length];
    }
    return best;
  }
}
