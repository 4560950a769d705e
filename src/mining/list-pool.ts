import { dirname, resolve } from "node:path";
import { readLocation, sizeOfLocation } from "../sources/list-files.js";
import { resolveLocation } from "../sources/location.js";
import { textLines } from "../sources/text-lines.js";
import type { ImageAddress, ImagePool } from "./pool.js";

/**
 * A text file with one path on each line, relative to the file's folder or absolute, or a URL; the
 * line as it stands is the image's id.
 */
export function listPool(path: string, pool: number): ImagePool {
  const folder = dirname(resolve(path));
  return {
    path,
    kind: "list",
    bytes: 0,
    images: () => addresses(path, pool),
    sizeOf: ({ id }) => sizeOfLocation(resolveLocation(id, folder)),
    read: ({ id }) => readLocation(resolveLocation(id, folder)),
    damage: () => null,
  };
}

async function* addresses(path: string, pool: number): AsyncGenerator<ImageAddress> {
  for await (const id of textLines(path)) yield { id, pool };
}
