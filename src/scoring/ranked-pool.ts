/** The two scores of one weighing of a pool. */
export interface PoolScore {
  ap: number;
  auroc: number;
}

const LAST_OF_TIE = 1;
const POSITIVE = 2;

/**
 * Images ranked once by probability, to be scored many times with different multiplicities.
 *
 * Each entry packs the image's slot (bits 2 and up), whether it is a positive (bit 1) and whether
 * it is the last of the images with its probability (bit 0).
 */
export class RankedPool {
  readonly #entries: Int32Array;
  readonly #positives: number;
  readonly #negatives: number;

  /**
   * @param slots index of each image in the weights that `score` takes
   * @param p its probability, by slot
   * @param positive 1 for images of the class, 0 for spurious ones, by slot
   */
  constructor(slots: Int32Array, p: Float64Array, positive: Uint8Array) {
    const ranked = slots.slice().sort((a, b) => (p[b] as number) - (p[a] as number));
    this.#entries = ranked.map((slot, i) => {
      const last = p[slot] !== p[ranked[i + 1] ?? -1];
      return (slot << 2) | (positive[slot] === 1 ? POSITIVE : 0) | (last ? LAST_OF_TIE : 0);
    });
    this.#positives = slots.reduce((sum, slot) => sum + (positive[slot] as number), 0);
    this.#negatives = slots.length - this.#positives;
  }

  /**
   * Average precision and area under the ROC curve when each image counts `weights[slot]` times.
   * The weights of the positives must add up to their number, and so must those of the negatives.
   * Written into `out`.
   */
  score(weights: Int32Array, out: PoolScore): void {
    const entries = this.#entries;
    let truePositives = 0;
    let falsePositives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    let precisionSum = 0;
    let doublePairs = 0;
    // Masks instead of branches: which images are positive or tied is random, and a processor that
    // guesses wrong half of the time takes three times as long.
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as number;
      const weight = weights[entry >> 2] as number;
      const positive = weight & -((entry & POSITIVE) >> 1);
      tiedPositives += positive;
      tiedNegatives += weight - positive;
      const last = -(entry & LAST_OF_TIE);
      const newPositives = tiedPositives & last;
      const newNegatives = tiedNegatives & last;
      truePositives += newPositives;
      falsePositives += newNegatives;
      // Before the first image that counts both are 0, and so is the term whatever it is divided by.
      const ranked = Math.max(1, truePositives + falsePositives);
      precisionSum += newPositives * (truePositives / ranked);
      doublePairs += newPositives * (2 * (this.#negatives - falsePositives) + newNegatives);
      tiedPositives -= newPositives;
      tiedNegatives -= newNegatives;
    }
    out.ap = precisionSum / this.#positives;
    out.auroc = doublePairs / (2 * this.#positives * this.#negatives);
  }
}
