import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { type FolderContent, readFolder } from "../datasets/folder.js";
import { compareCodePoints } from "../datasets/order.js";
import { readImageFile } from "../images/read-image.js";
import type { ImageAddress, ImagePool } from "./pool.js";

/** All pictures in a folder and the folders within, in code point order of their paths. */
export function folderPool(path: string, pool: number): ImagePool {
  return {
    path,
    kind: "folder",
    images: () => walk(path, pool),
    read: ({ id }) => readImageFile(join(path, id)),
    damage: () => null,
  };
}

/** Holds the names of the folders on the way, not those of all pictures. */
async function* walk(root: string, pool: number): AsyncGenerator<ImageAddress> {
  const seen = new Set([await realpath(root).catch(() => root)]);

  async function* inside(content: FolderContent, prefix: string): AsyncGenerator<ImageAddress> {
    // Compared with the slash behind a folder's name, whole paths come out in order.
    const names = [...content.pictures, ...content.folders.map((name) => `${name}/`)];
    for (const name of names.sort(compareCodePoints)) {
      if (!name.endsWith("/")) {
        yield { id: prefix + name, pool };
        continue;
      }
      const folder = join(content.path, name);
      const real = await realpath(folder);
      // Links may lead upwards or to the same folder twice.
      if (seen.has(real)) continue;
      seen.add(real);
      yield* inside(await readFolder(folder), prefix + name);
    }
  }

  yield* inside(await readFolder(root), "");
}
