import type { Dirent } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { compareCodePoints } from "../datasets/order.js";
import { SpuriousError } from "../errors.js";
import { readImageFile } from "../images/read-image.js";
import {
  type FilePlace,
  type FolderContent,
  IGNORED,
  isHiddenName,
  isPictureName,
  type PictureTree,
} from "./picture-tree.js";

/** ILSVRC/Data/CLS-LOC/val lies four folders below LOC_val_solution.csv. */
const LEVELS_UP = 4;

/** A folder of the file system. Links are followed. */
export class FolderTree implements PictureTree {
  constructor(readonly root: string) {}

  within(path: string): FolderTree {
    return new FolderTree(join(this.root, path));
  }

  async exists(): Promise<boolean> {
    return (await stat(this.root).catch(() => null))?.isDirectory() === true;
  }

  async content(): Promise<FolderContent> {
    const content: FolderContent = { tree: this, folders: [], pictures: [], ignored: [] };
    for (const entry of await entriesOf(this.root)) {
      const ignore = (reason: string) => content.ignored.push({ path: entry.name, reason });
      if (isHiddenName(entry.name)) {
        ignore(IGNORED.hidden);
        continue;
      }
      // Only links cost a call of their own: a validation set has 50,000 files.
      const kind = entry.isSymbolicLink() ? await linkTarget(join(this.root, entry.name)) : entry;
      if (typeof kind === "string") {
        ignore(kind);
      } else if (kind.isDirectory()) {
        content.folders.push(entry.name);
      } else if (!kind.isFile()) {
        ignore(IGNORED.noFile);
      } else if (isPictureName(entry.name)) {
        content.pictures.push(entry.name);
      } else {
        ignore(IGNORED.noPicture);
      }
    }
    return content;
  }

  realRoot(): Promise<string> {
    return realpath(this.root);
  }

  soleFolder(): Promise<null> {
    return Promise.resolve(null);
  }

  surroundings(): FilePlace[] {
    return placesFrom(this.root);
  }

  nameOf(path: string): string {
    return join(this.root, path);
  }

  async sizeOf(path: string): Promise<number | null> {
    const status = await stat(join(this.root, path)).catch(() => null);
    return status?.isFile() === true ? status.size : null;
  }

  read(path: string): Promise<Uint8Array> {
    return readImageFile(join(this.root, path));
  }
}

/** A folder and some of those above it, nearest first. */
export function placesFrom(folder: string): FilePlace[] {
  const above = [resolve(folder)];
  while (above.length <= LEVELS_UP) above.push(dirname(above.at(-1) as string));
  return [...new Set(above)].map((path) => ({
    path,
    file: async (name) => {
      try {
        return await readFile(join(path, name));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return null;
        throw error;
      }
    },
  }));
}

/** By name in code point order. */
async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => compareCodePoints(a.name, b.name));
  } catch (cause) {
    throw folderError(path, cause as NodeJS.ErrnoException);
  }
}

/** What a link leads to, or why it leads nowhere. */
async function linkTarget(
  path: string,
): Promise<{ isDirectory(): boolean; isFile(): boolean } | string> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ELOOP" ? "link in a circle" : `broken link (${code ?? "unknown"})`;
  }
}

function folderError(path: string, cause: NodeJS.ErrnoException): SpuriousError {
  if (cause.code === "ENOTDIR") {
    return new SpuriousError(
      "DATA_LAYOUT",
      `data not read: ${path}: expected a folder, got a file`,
      { input: path, cause },
    );
  }
  const got = cause.code === "ENOENT" ? "nothing there" : (cause.code ?? cause.message);
  return new SpuriousError(
    "DATA_NOT_FOUND",
    `data not read: ${path}: expected a folder that can be read, got ${got}`,
    { input: path, cause },
  );
}
