import { createHash } from "node:crypto";
import { mapAtOnce } from "../sources/at-once.js";

/** Images whose lengths are looked at, of however many. */
const SAMPLE = 1000;
const AT_ONCE = 32;

interface Sampled<T> {
  readonly hash: string;
  readonly name: string;
  readonly image: T;
}

/**
 * Tells apart images of the same names, wherever they lie, by the lengths of some of their files: of
 * those whose names have the smallest hashes, which are the same in every run. Data that was copied
 * elsewhere is the same; pictures that were made smaller are others. Memory and time do not grow with
 * the number of images but for a hash of each name.
 */
export class ImageSizes<T> {
  #sampled: Sampled<T>[] = [];
  /** The largest hash that is still of the sample. */
  #last: string | null = null;

  /** @param name which is the same wherever the data lies */
  add(name: string, image: T): void {
    const hash = createHash("sha256").update(name).digest("hex");
    if (this.#last !== null && hash > this.#last) return;
    this.#sampled.push({ hash, name, image });
    if (this.#sampled.length === 2 * SAMPLE) this.#cut();
  }

  /**
   * A hash of the lengths, whatever the order in which images were added.
   * @param sizeOf length in bytes; null where there is no such file
   * @throws what `sizeOf` throws
   */
  async digest(sizeOf: (image: T) => Promise<number | null>): Promise<string> {
    this.#cut();
    const sizes = await mapAtOnce(this.#sampled, AT_ONCE, ({ image }) => sizeOf(image));
    const hash = createHash("sha256");
    for (const [i, { name }] of this.#sampled.entries()) {
      hash.update(`${name}\n${String(sizes[i])}\n`);
    }
    return hash.digest("hex");
  }

  #cut(): void {
    this.#sampled.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.#sampled.length = Math.min(this.#sampled.length, SAMPLE);
    if (this.#sampled.length === SAMPLE) this.#last = this.#sampled.at(-1)?.hash ?? null;
  }
}

/** The same of images that are all known. */
export async function imageSizes<T>(
  images: Iterable<T>,
  nameOf: (image: T) => string,
  sizeOf: (image: T) => Promise<number | null>,
): Promise<string> {
  const sizes = new ImageSizes<T>();
  for (const image of images) sizes.add(nameOf(image), image);
  return await sizes.digest(sizeOf);
}
