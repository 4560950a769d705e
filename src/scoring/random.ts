const WARM_UP = 15;

/**
 * A stream of random numbers: sfc32 (Chris Doty-Humphrey, PractRand). Streams of one seed with
 * different numbers are independent of each other.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed whole number from 0 to 2^53 - 1 @param stream whole number from 0 to 2^32 - 1 */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    this.addDraws(new Int32Array(1), 0, 1, WARM_UP);
  }

  /**
   * Draws `draws` times one of `count` items and adds one to the item's entry of `tally`, which are
   * `tally[start]` to `tally[start + count - 1]`.
   */
  addDraws(tally: Int32Array, start: number, count: number, draws: number): void {
    // Locals, since this loop runs 25 million times for the full benchmark.
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let counter = this.#counter;
    const scale = count / 2 ** 32;
    for (let i = 0; i < draws; i++) {
      const value = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + value) | 0;
      const item = start + Math.floor((value >>> 0) * scale);
      tally[item] = (tally[item] as number) + 1;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }
}
