import { readFile } from "node:fs/promises";
import type { ImageSource } from "../sources/image-source.js";
import { imageError } from "./decoded-image.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file (it may have been removed since)",
  EISDIR: "a folder",
  EACCES: "a file without permission to read it",
  EPERM: "a file without permission to read it",
  ELOOP: "a symbolic link that leads to itself",
  ERR_FS_FILE_TOO_LARGE: "a file of more than 2 GiB",
};

/**
 * The content of a picture file, read once: what it is and what it shows are told from the same
 * bytes.
 * @throws IMAGE_UNREADABLE
 */
export async function readImageFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const what = REASONS[code] ?? message;
    throw imageError("IMAGE_UNREADABLE", path, `expected a picture file, got ${what}`, { cause });
  }
}

/** A picture file as a source. */
export function fileSource(path: string): ImageSource {
  return { name: path, read: () => readImageFile(path) };
}
