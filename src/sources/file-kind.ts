import { SpuriousError } from "../errors.js";
import type { RandomAccess } from "./random-access.js";
import { BLOCK, parseTarHeader } from "./tar-header.js";

/** gzip, zstd, xz, bzip2, zip. */
const COMPRESSED = ["\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd7zXZ", "BZh", "PK\x03\x04"];

/**
 * What a file that stands for pictures is: a tar file, by its content or else its name, or a text of
 * paths.
 * @throws DATA_LAYOUT a compressed file, or one of another kind
 */
export async function fileKind(file: RandomAccess): Promise<"tar" | "list"> {
  const start = await file.read(0, BLOCK);
  if (parseTarHeader(start) !== null) return "tar";
  if (COMPRESSED.some((magic) => start.toString("latin1", 0, magic.length) === magic)) {
    throw layoutOf(file.name, "a compressed file", {
      hint: "unpack it (`gunzip`, `unzip`): images in a compressed file cannot be read one by one",
    });
  }
  if (isTarName(file.name)) return "tar";
  if (start.includes(0)) throw layoutOf(file.name, "a file of another kind");
  return "list";
}

export function isTarName(location: string): boolean {
  return /\.tar$/i.test(location.replace(/[?#].*$/, ""));
}

function layoutOf(path: string, got: string, details: { hint?: string } = {}): SpuriousError {
  return new SpuriousError(
    "DATA_LAYOUT",
    `opening images: ${path}: expected a folder, a tar file or a text file of paths, got ${got}`,
    { input: path, ...details },
  );
}
