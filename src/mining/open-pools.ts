import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SpuriousError } from "../errors.js";
import { folderPool } from "./folder-pool.js";
import { listPool } from "./list-pool.js";
import type { ImagePool } from "./pool.js";
import { BLOCK, parseTarHeader } from "./tar-header.js";
import { tarPool } from "./tar-pool.js";

/**
 * The pools that paths name: folders, tar files (told by their content or the ending .tar), text
 * files with one path on each line.
 * @param indexFolder where the indices of tar files are kept
 * @throws DATA_NOT_FOUND, DATA_LAYOUT (a compressed tar file, or something else), USAGE_INVALID
 */
export async function openPools(
  paths: readonly string[],
  indexFolder: string,
): Promise<ImagePool[]> {
  if (paths.length === 0) {
    throw new SpuriousError(
      "USAGE_INVALID",
      "reading the command line: --pool: expected a folder, a tar file or a list of files, got none",
    );
  }
  const absolute = paths.map((path) => resolve(path));
  const twice = absolute.find((path, i) => absolute.indexOf(path) !== i);
  if (twice !== undefined) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `opening an image pool: ${twice}: expected every pool once, got it twice`,
      { input: twice },
    );
  }
  return Promise.all(absolute.map((path, pool) => openPool(path, pool, indexFolder)));
}

async function openPool(path: string, pool: number, indexFolder: string): Promise<ImagePool> {
  const kind = await kindOf(path);
  if (kind === "folder") return folderPool(path, pool);
  return kind === "tar" ? tarPool(path, pool, indexFolder) : listPool(path, pool);
}

async function kindOf(path: string): Promise<ImagePool["kind"]> {
  let start: Buffer;
  try {
    const status = await stat(path);
    if (status.isDirectory()) return "folder";
    start = await firstBlock(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "nothing there" : message;
    throw poolError("DATA_NOT_FOUND", path, got, { cause });
  }
  if (path.toLowerCase().endsWith(".tar")) return "tar";
  if (parseTarHeader(start) !== null) return "tar";
  if (COMPRESSED.some((magic) => start.toString("latin1", 0, magic.length) === magic)) {
    const hint = "unpack it: images in a compressed file cannot be read one by one";
    throw poolError("DATA_LAYOUT", path, "a compressed file", { hint });
  }
  if (start.includes(0)) throw poolError("DATA_LAYOUT", path, "a file of another kind");
  return "list";
}

/** gzip, zstd, xz, bzip2, zip. */
const COMPRESSED = ["\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ", "BZh", "PK\x03\x04"];

async function firstBlock(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const block = Buffer.alloc(BLOCK);
    const { bytesRead } = await file.read(block, 0, BLOCK, 0);
    return block.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function poolError(
  code: "DATA_NOT_FOUND" | "DATA_LAYOUT",
  path: string,
  got: string,
  details: { hint?: string; cause?: unknown } = {},
): SpuriousError {
  return new SpuriousError(
    code,
    `opening an image pool: ${path}: expected a folder, a tar file or a text file of paths, got ${got}`,
    { input: path, ...details },
  );
}
