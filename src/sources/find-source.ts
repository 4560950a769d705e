import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, posix, resolve } from "node:path";
import { compareCodePoints } from "../datasets/order.js";
import { SpuriousError } from "../errors.js";
import { expandBraces } from "./brace-pattern.js";
import { mapAtOnce } from "./at-once.js";
import { fileKind, isTarName } from "./file-kind.js";
import { isUrl, splitUrl } from "./location.js";
import { openFile, readWhole } from "./open-file.js";
import { isHiddenName, isPictureName } from "./picture-tree.js";
import type { RandomAccess } from "./random-access.js";

/** What a user's text names. */
export type Source =
  | { readonly kind: "folder"; readonly path: string }
  | {
      readonly kind: "tar";
      /** Path, URL or pattern. */
      readonly location: string;
      readonly files: readonly RandomAccess[];
      /** Whether the tar files were named as parts of one set. */
      readonly shards: boolean;
      /** A folder inside, "" for all. */
      readonly inside: string;
    }
  | {
      readonly kind: "list";
      readonly location: string;
      readonly file: RandomAccess;
      readonly inside: string;
    };

/** Files opened together. */
const AT_ONCE = 8;

/**
 * Finds out what a text names: a folder, a tar file, a pattern of tar files (`{000..012}`), a folder
 * that holds tar files alone, a text file of paths; or a place inside one of them.
 * @throws DATA_NOT_FOUND, DATA_LAYOUT, SOURCE_UNREACHABLE, USAGE_INVALID
 */
export async function findSource(text: string): Promise<Source> {
  if (isUrl(text)) {
    const { archive, inside } = splitUrl(text);
    return sourceOf(archive, expandBraces(archive), inside);
  }
  const whole = resolve(text);
  let inside = "";
  for (let path = whole; ; path = dirname(path)) {
    const found = await sourceAt(path, inside);
    if (found !== null) return found;
    // A folder above that is none of tar files ends the search, at the latest that of all.
    if (await isFolder(path)) break;
    inside = posix.join(basename(path), inside);
  }
  const [first = ""] = expandBraces(whole);
  // Its error is the one wanted.
  if (first !== whole) await openFile(first);
  return { kind: "folder", path: whole };
}

/** null where there is nothing of that name. */
async function sourceAt(path: string, inside: string): Promise<Source | null> {
  const status = await stat(path).catch(() => null);
  if (status?.isDirectory() === true) {
    const tars = await onlyTars(path);
    if (tars === null) return inside === "" ? { kind: "folder", path } : null;
    return { kind: "tar", location: path, files: await openAll(tars), shards: true, inside };
  }
  const names = status === null ? expandBraces(path) : [path];
  const [first = ""] = names;
  if (status === null && (first === path || !(await isFile(first)))) return null;
  return sourceOf(path, names, inside);
}

async function sourceOf(
  location: string,
  names: readonly string[],
  inside: string,
): Promise<Source> {
  const files = await openAll(names);
  const [first] = files;
  if (files.length > 1 || first === undefined) {
    return { kind: "tar", location, files, shards: true, inside };
  }
  if ((await fileKind(first)) === "tar") {
    return { kind: "tar", location, files, shards: false, inside };
  }
  const tars = await listedTars(first);
  return tars === null
    ? { kind: "list", location, file: first, inside }
    : { kind: "tar", location, files: await openAll(tars), shards: true, inside };
}

function openAll(names: readonly string[]): Promise<RandomAccess[]> {
  return mapAtOnce(names, AT_ONCE, openFile);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

/** The tar files of a folder that holds nothing else to read, by name; null for other folders. */
async function onlyTars(path: string): Promise<string[] | null> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const shown = entries.filter(({ name }) => !isHiddenName(name));
  const tars = shown.filter((entry) => !entry.isDirectory() && isTarName(entry.name));
  // A link of another name may lead to a folder of pictures.
  const others = shown.filter(
    (entry) =>
      entry.isDirectory() ||
      isPictureName(entry.name) ||
      (entry.isSymbolicLink() && !isTarName(entry.name)),
  );
  if (tars.length === 0 || others.length > 0) return null;
  return tars.map(({ name }) => join(path, name)).sort(compareCodePoints);
}

/** The tar files that a list names; null for a list of pictures. */
async function listedTars(list: RandomAccess): Promise<string[] | null> {
  // A list of pictures may be long: its first line tells.
  const [start = ""] = listLines(await list.read(0, 1 << 14));
  if (!isTarName(start)) return null;
  const lines = listLines(await readWhole(list));
  const other = lines.find((line) => !isTarName(line));
  if (other === undefined) return lines.flatMap((line) => expandBraces(besideList(list, line)));
  throw new SpuriousError(
    "DATA_LAYOUT",
    `reading a list of tar files: ${list.name}: expected a tar file on every line, got "${other}"`,
    { input: list.name },
  );
}

/** Lines of a text that are not blank. */
export function listLines(bytes: Buffer): string[] {
  const lines = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split("\n");
  return lines.map((line) => line.replace(/\r$/, "")).filter((line) => line.trim() !== "");
}

/** Where a line of a list leads: relative to the list's own folder, absolute, or a URL. */
export function besideList(list: RandomAccess, line: string): string {
  if (isUrl(line)) return line;
  return isUrl(list.name) ? new URL(line, list.name).href : resolve(dirname(list.name), line);
}
