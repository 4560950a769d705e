import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

import { SpuriousError } from "../errors.js";
import { compareCodePoints } from "./order.js";

/** Content of one folder, by name in code point order. Links are followed. */
export interface FolderContent {
  readonly path: string;
  readonly folders: string[];
  /** Files with a picture's ending; decoding looks at the content. */
  readonly pictures: string[];
  readonly ignored: NameAndReason[];
}

export interface NameAndReason {
  readonly path: string;
  readonly reason: string;
}

const PICTURE_ENDING = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?)$/i;

/** By its ending: decoding looks at the content. */
export function isPictureName(name: string): boolean {
  return PICTURE_ENDING.test(name);
}

/** @throws DATA_NOT_FOUND, DATA_LAYOUT (a file instead of a folder) */
export async function readFolder(path: string): Promise<FolderContent> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (cause) {
    throw folderError(path, cause as NodeJS.ErrnoException);
  }
  const content: FolderContent = { path, folders: [], pictures: [], ignored: [] };
  entries.sort((a, b) => compareCodePoints(a.name, b.name));
  for (const entry of entries) {
    const ignore = (reason: string) => content.ignored.push({ path: entry.name, reason });
    if (entry.name === "__MACOSX" || entry.name.startsWith(".")) {
      ignore("hidden or made by macOS");
      continue;
    }
    // Only links cost a call of their own: a validation set has 50,000 files.
    const kind = entry.isSymbolicLink() ? await linkTarget(join(path, entry.name)) : entry;
    if (typeof kind === "string") {
      ignore(kind);
    } else if (kind.isDirectory()) {
      content.folders.push(entry.name);
    } else if (!kind.isFile()) {
      ignore("not a file");
    } else if (isPictureName(entry.name)) {
      content.pictures.push(entry.name);
    } else {
      ignore("not a picture by its ending");
    }
  }
  return content;
}

/** readFolder, or null where there is no such folder. */
export async function readFolderIfPresent(path: string): Promise<FolderContent | null> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true ? readFolder(path) : null;
}

/**
 * Every picture in a folder and the folders within. A folder that links reach twice is read once;
 * a link upwards would bring in the pictures of other classes and is left out.
 * @returns paths relative to the folder, with `/`, in code point order
 */
export async function listPictures(
  folder: string,
): Promise<{ pictures: string[]; ignored: NameAndReason[] }> {
  const pictures: string[] = [];
  const ignored: NameAndReason[] = [];
  const seen = new Set<string>();

  async function walk(content: FolderContent, prefix: string): Promise<void> {
    pictures.push(...content.pictures.map((name) => prefix + name));
    ignored.push(...content.ignored.map(({ path, reason }) => ({ path: prefix + path, reason })));
    for (const name of content.folders) {
      const path = join(content.path, name);
      const real = await realpath(path);
      if (seen.has(real) || root.startsWith(real + sep)) {
        ignored.push({ path: prefix + name, reason: "link to a folder already read" });
      } else {
        seen.add(real);
        await walk(await readFolder(path), `${prefix}${name}/`);
      }
    }
  }

  const content = await readFolder(folder);
  const root = content.folders.length === 0 ? "" : (await realpath(folder)) + sep;
  seen.add(root.slice(0, -1));
  await walk(content, "");
  pictures.sort(compareCodePoints);
  return { pictures, ignored };
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
    const hint = /\.(zip|tar|tgz|gz)$/i.test(path)
      ? { hint: "unpack the archive and give the folder it makes" }
      : {};
    return new SpuriousError(
      "DATA_LAYOUT",
      `data not read: ${path}: expected a folder, got a file`,
      { input: path, cause, ...hint },
    );
  }
  const got = cause.code === "ENOENT" ? "nothing there" : (cause.code ?? cause.message);
  return new SpuriousError(
    "DATA_NOT_FOUND",
    `data not read: ${path}: expected a folder that can be read, got ${got}`,
    { input: path, cause },
  );
}
