import { dirname, resolve } from "node:path";
import { readImageFile } from "../images/read-image.js";
import type { ImageAddress, ImagePool } from "./pool.js";
import { textLines } from "./text-lines.js";

/**
 * A text file with one path on each line, relative to the file's folder or absolute; the path as it
 * stands is the image's id.
 */
export function listPool(path: string, pool: number): ImagePool {
  const folder = dirname(path);
  return {
    path,
    kind: "list",
    images: () => addresses(path, pool),
    read: ({ id }) => readImageFile(resolve(folder, id)),
    damage: () => null,
  };
}

async function* addresses(path: string, pool: number): AsyncGenerator<ImageAddress> {
  for await (const id of textLines(path)) yield { id, pool };
}
