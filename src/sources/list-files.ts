import { dirname, posix, relative } from "node:path";
import { SpuriousError } from "../errors.js";
import { imageError } from "../images/decoded-image.js";
import { readImageFile } from "../images/read-image.js";
import type { RowReader } from "./archive-files.js";
import { FileTable } from "./file-table.js";
import { besideList, listLines } from "./find-source.js";
import { isUrl } from "./location.js";
import { openFile, readWhole } from "./open-file.js";
import type { RandomAccess } from "./random-access.js";

/** The files that a text names, one path on each line, as a folder tree: that of the list's folder. */
export class ListFiles implements RowReader {
  readonly table = new FileTable();
  readonly #locations: string[] = [];

  /** @throws DATA_LAYOUT a path that leads out of the list's folder; SOURCE_* */
  static async of(list: RandomAccess): Promise<ListFiles> {
    const files = new ListFiles();
    const folder = isUrl(list.name) ? new URL(".", list.name).href : dirname(list.name);
    for (const line of listLines(await readWhole(list))) {
      const location = besideList(list, line);
      const path = pathWithin(folder, location);
      if (path === null) throw outside(list.name, folder, line);
      files.table.set(path, files.#locations.push(location) - 1);
    }
    return files;
  }

  sizeOf(row: number): Promise<number | null> {
    return sizeOfLocation(this.#location(row));
  }

  async read(row: number): Promise<Uint8Array> {
    return await readLocation(this.#location(row));
  }

  #location(row: number): string {
    return this.#locations[row] ?? "";
  }
}

/** Length of a file in bytes, on a disk or at a URL; null where there is none. @throws SOURCE_* */
export async function sizeOfLocation(location: string): Promise<number | null> {
  try {
    return (await openFile(location)).size;
  } catch (error) {
    if (error instanceof SpuriousError && error.code === "DATA_NOT_FOUND") return null;
    throw error;
  }
}

/** A picture file, on a disk or at a URL. @throws IMAGE_UNREADABLE, SOURCE_* */
export async function readLocation(location: string): Promise<Uint8Array> {
  if (!isUrl(location)) return await readImageFile(location);
  try {
    return await readWhole(await openFile(location));
  } catch (error) {
    if (!(error instanceof SpuriousError) || error.code !== "DATA_NOT_FOUND") throw error;
    // One that is gone is skipped like a file that is: the others are still there.
    const problem = "expected a picture file, got none at that URL";
    throw imageError("IMAGE_UNREADABLE", location, problem, { cause: error });
  }
}

function pathWithin(folder: string, location: string): string | null {
  if (!isUrl(folder)) {
    if (isUrl(location)) return null;
    const path = posix.normalize(relative(folder, location));
    return path.startsWith("../") || path.startsWith("/") ? null : path;
  }
  return location.startsWith(folder) ? decodeURIComponent(location.slice(folder.length)) : null;
}

function outside(list: string, folder: string, line: string): SpuriousError {
  return new SpuriousError(
    "DATA_LAYOUT",
    `reading a list of images: ${list}: expected paths inside ${folder}, got "${line}"`,
    {
      input: list,
      hint: "their folders tell the classes: put the list into the folder above them",
    },
  );
}
