import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256File } from "../models/sha256.js";

/** Files looked at together. */
const AT_ONCE = 32;

/**
 * The training images of a class's PCA, known by their bytes: an image of a pool that is one of them
 * would say nothing new. Only images as long as a training image are hashed, and of these training
 * images only the ones that share a length with an image of the pool.
 */
export class TrainingImages {
  readonly #bySize = new Map<number, string[]>();
  readonly #hashes = new Map<number, Promise<ReadonlySet<string>>>();
  #found = 0;

  private constructor(
    /** null: not known where they are. */
    readonly folder: string | null,
    /** Training images of the class. */
    readonly count: number,
  ) {}

  /** @param images paths relative to the folder; files that are not there (any more) are left out */
  static async open(folder: string | null, images: readonly string[]): Promise<TrainingImages> {
    const training = new TrainingImages(folder, images.length);
    const left = folder === null ? [].values() : images.values();
    const look = async (): Promise<void> => {
      for (const path of left) await training.#add(join(folder ?? "", path));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, look));
    return training;
  }

  /** Training images whose files are there to compare with. */
  get found(): number {
    return this.#found;
  }

  async has(content: Uint8Array): Promise<boolean> {
    const files = this.#bySize.get(content.length);
    if (files === undefined) return false;
    let hashes = this.#hashes.get(content.length);
    if (hashes === undefined) {
      hashes = Promise.all(files.map(sha256File)).then((all) => new Set(all));
      this.#hashes.set(content.length, hashes);
    }
    return (await hashes).has(createHash("sha256").update(content).digest("hex"));
  }

  async #add(file: string): Promise<void> {
    const status = await stat(file).catch(() => null);
    if (status?.isFile() !== true) return;
    this.#found += 1;
    const files = this.#bySize.get(status.size);
    if (files === undefined) this.#bySize.set(status.size, [file]);
    else files.push(file);
  }
}
