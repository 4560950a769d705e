import type { TrainClass } from "../datasets/train-set.js";

/** All that the forward pass gave of one class. */
export interface FinishedClass {
  readonly index: number;
  /** Penultimate features of the images that could be read: [N, d]. */
  readonly features: Float32Array;
  readonly probabilities: Float32Array;
  readonly images: readonly string[];
  readonly skipped: readonly { readonly path: string; readonly message: string }[];
}

interface OpenClass {
  readonly index: number;
  readonly features: Float32Array;
  readonly probabilities: number[];
  readonly images: string[];
  readonly skipped: { path: string; message: string }[];
  left: number;
}

/**
 * Collects features class by class. Memory is held from a class's first image to its last, so with
 * images in the order of their classes only for one or two at a time.
 */
export class ClassRows {
  readonly #expected: ReadonlyMap<number, number>;
  readonly #open = new Map<number, OpenClass>();
  readonly #finished: FinishedClass[] = [];

  /** @param features d */
  constructor(
    classes: readonly TrainClass[],
    private readonly features: number,
  ) {
    this.#expected = new Map(classes.map(({ index, pictures }) => [index, pictures.length]));
  }

  /** @param features phi of the image: [d], copied */
  add(index: number, path: string, features: Float32Array, probability: number): void {
    const rows = this.#of(index);
    rows.features.set(features, rows.images.length * this.features);
    rows.images.push(path);
    rows.probabilities.push(probability);
    this.#count(rows);
  }

  skip(index: number, path: string, message: string): void {
    const rows = this.#of(index);
    rows.skipped.push({ path, message });
    this.#count(rows);
  }

  /** Classes whose last image has been seen since the last call. */
  takeFinished(): FinishedClass[] {
    return this.#finished.splice(0);
  }

  #of(index: number): OpenClass {
    const known = this.#open.get(index);
    if (known !== undefined) return known;
    const count = this.#expected.get(index) ?? 0;
    const rows = {
      index,
      features: new Float32Array(count * this.features),
      probabilities: [],
      images: [],
      skipped: [],
      left: count,
    };
    this.#open.set(index, rows);
    return rows;
  }

  #count(rows: OpenClass): void {
    rows.left -= 1;
    if (rows.left > 0) return;
    this.#open.delete(rows.index);
    const { index, images, probabilities, skipped } = rows;
    this.#finished.push({
      index,
      features: rows.features.subarray(0, images.length * this.features),
      probabilities: Float32Array.from(probabilities),
      images,
      skipped,
    });
  }
}
