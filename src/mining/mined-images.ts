import { realpath } from "node:fs/promises";
import { readInnerFile } from "../annotation/inner-file.js";
import { SpuriousError } from "../errors.js";
import { readMined } from "./copy-images.js";
import type { MinedTop, MineResult } from "./mine-result.js";
import { openPools } from "./open-pools.js";
import type { ImagePool } from "./pool.js";

/** The images of a result of `mine`: from its copies, else from the pools. */
export class MinedImages {
  #pools: Promise<ImagePool[]> | undefined;
  #root: Promise<string> | undefined;

  constructor(
    private readonly folder: string,
    private readonly result: MineResult,
  ) {}

  /**
   * The content of an image; null where it is gone.
   * @throws DATA_NOT_FOUND, DATA_LAYOUT a pool that is needed is gone
   */
  async read(image: MinedTop): Promise<Uint8Array | null> {
    if (image.file !== null) {
      this.#root ??= realpath(this.folder);
      const copy = await readInnerFile(await this.#root, image.file);
      if (copy !== null) return copy;
    }
    const paths = this.result.pools.map(({ path }) => path);
    this.#pools ??= openPools(paths);
    return readMined(await this.#pools, image);
  }

  /** The same. @throws also IMAGE_UNREADABLE it is gone */
  async require(image: MinedTop): Promise<Uint8Array> {
    const bytes = await this.read(image);
    if (bytes !== null) return bytes;
    const where = image.file === null ? "its pool" : "the result folder or its pool";
    throw new SpuriousError(
      "IMAGE_UNREADABLE",
      `reading a mined image: ${image.id}: expected it in ${where}, got none`,
      { input: image.id },
    );
  }
}
