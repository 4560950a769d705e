import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isPictureName } from "../sources/picture-tree.js";
import { SpuriousError } from "../errors.js";
import { sniffFormat } from "../images/format.js";
import { writeFileAtomic } from "../results/atomic.js";
import { isInnerPath } from "../results/inner-path.js";
import type { MinedComponent, MinedTop } from "./mine-result.js";
import type { ImagePool } from "./pool.js";

export const COPIES = "images";

/** Longer names are cut: file systems take 255 bytes. */
const LONGEST_NAME = 100;

/**
 * Copies the images of the lists, byte for byte, into a folder for each component.
 * @returns the components with the names of the copies; null for images that are gone meanwhile
 */
export async function copyImages(
  folder: string,
  pools: readonly ImagePool[],
  components: readonly MinedComponent[],
  signal?: AbortSignal,
): Promise<MinedComponent[]> {
  await rm(join(folder, COPIES), { recursive: true, force: true });
  const copied: MinedComponent[] = [];
  for (const component of components) {
    const top: MinedTop[] = [];
    for (const image of component.top) {
      if (signal?.aborted === true) {
        throw new SpuriousError("CANCELLED", "the work was stopped between two copies");
      }
      const bytes = await readMined(pools, image);
      const number = String(image.rank).padStart(4, "0");
      const name = bytes && `${number}-${plainFileName(image.id, bytes)}`;
      const file = name && `${COPIES}/comp_${String(component.eigenIndex)}/${name}`;
      if (bytes !== null && file !== null) await writeFileAtomic(join(folder, file), bytes);
      top.push({ ...image, file });
    }
    copied.push({ ...component, top });
  }
  return copied;
}

/** The content of a mined image; null where it cannot be read any more. */
export async function readMined(
  pools: readonly ImagePool[],
  image: MinedTop,
): Promise<Uint8Array | null> {
  const pool = pools[image.pool];
  // What a document says about its images is not trusted.
  if (pool === undefined || (pool.kind === "folder" && !isInnerPath(image.id))) return null;
  try {
    return await pool.read(image);
  } catch (error) {
    if (error instanceof SpuriousError && error.code.startsWith("IMAGE_")) return null;
    throw error;
  }
}

/** The last part of an id as a file name that is safe everywhere and has a picture's ending. */
export function plainFileName(id: string, content: Uint8Array): string {
  const last = id.slice(id.lastIndexOf("/") + 1);
  const plain = last.replaceAll(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._-]+/, "");
  const name = plain === "" ? "image" : plain.slice(-LONGEST_NAME);
  return isPictureName(name) ? name : `${name}.${sniffFormat(content, id)}`;
}
