import { compareCodePoints } from "../datasets/order.js";
import { FolderTree } from "../sources/folder-tree.js";
import type { FolderContent, PictureTree } from "../sources/picture-tree.js";
import type { ImageAddress, ImagePool } from "./pool.js";

/** All pictures in a folder and the folders within, in code point order of their paths. */
export function folderPool(path: string, pool: number): ImagePool {
  const tree = new FolderTree(path);
  return {
    path,
    kind: "folder",
    bytes: 0,
    images: () => walk(tree, pool),
    sizeOf: ({ id }) => tree.sizeOf(id),
    read: ({ id }) => tree.read(id),
    damage: () => null,
  };
}

/** Holds the names of the folders on the way, not those of all pictures. */
async function* walk(root: PictureTree, pool: number): AsyncGenerator<ImageAddress> {
  const seen = new Set([await root.realRoot().catch(() => root.root)]);

  async function* inside(content: FolderContent, prefix: string): AsyncGenerator<ImageAddress> {
    // Compared with the slash behind a folder's name, whole paths come out in order.
    const names = [...content.pictures, ...content.folders.map((name) => `${name}/`)];
    for (const name of names.sort(compareCodePoints)) {
      if (!name.endsWith("/")) {
        yield { id: prefix + name, pool };
        continue;
      }
      const folder = content.tree.within(name);
      const real = await folder.realRoot();
      // Links may lead upwards or to the same folder twice.
      if (seen.has(real)) continue;
      seen.add(real);
      yield* inside(await folder.content(), prefix + name);
    }
  }

  yield* inside(await root.content(), "");
}
