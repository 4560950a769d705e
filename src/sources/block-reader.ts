import type { RandomAccess } from "./random-access.js";

/** What is read where the next header lies far away. */
const SMALL = 4096;

/**
 * Reads small parts of a file in ascending order, several at once: at a URL each request takes far
 * longer than what it brings.
 */
export class BlockReader {
  #block: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(private readonly access: RandomAccess) {}

  /** Ends early where the file does. */
  async read(offset: number, length: number): Promise<Buffer> {
    const at = offset - this.#start;
    if (at < 0 || at + length > this.#block.length) {
      const skipped = at - this.#block.length;
      const { blockSize } = this.access;
      // Behind contents longer than a block, the rest of a block would hold no header.
      const wanted = skipped > blockSize ? Math.min(SMALL, blockSize) : blockSize;
      this.#block = await this.access.read(offset, Math.max(length, wanted));
      this.#start = offset;
    }
    const from = offset - this.#start;
    return this.#block.subarray(from, from + length);
  }
}
