import { constants, open, realpath } from "node:fs/promises";
import { join } from "node:path";

/**
 * A file within a folder; null unless it lies there without any link on the way: what a document
 * says about its files is not trusted.
 * @param root real path of the folder @param name relative to it
 */
export async function readInnerFile(root: string, name: string): Promise<Uint8Array | null> {
  const path = join(root, name);
  if ((await realpath(path).catch(() => null)) !== path) return null;
  if (!path.startsWith(join(root, "/"))) return null;
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return await file.readFile();
  } catch {
    return null;
  }
}
