import { dirname } from "node:path";
import { SpuriousError } from "../errors.js";
import { placesFrom } from "./folder-tree.js";
import { Transient } from "./http-request.js";
import { isUrl } from "./location.js";
import { openFile, readWhole } from "./open-file.js";
import type { FilePlace } from "./picture-tree.js";

/** Places of files about the pictures of an archive: its folder and those above, or its URL's folder. */
export function placesBeside(archive: string): FilePlace[] {
  if (!isUrl(archive)) return placesFrom(dirname(archive));
  const folder = new URL(".", archive);
  return [{ path: folder.href.replace(/\/$/, ""), file: (name) => fileAt(new URL(name, folder)) }];
}

async function fileAt(url: URL): Promise<Buffer | null> {
  try {
    return await readWhole(await openFile(url.href));
  } catch (error) {
    // Whatever a server says to a name it does not know; but it must say something.
    const isNone = error instanceof SpuriousError && !(error.cause instanceof Transient);
    if (isNone) return null;
    throw error;
  }
}
