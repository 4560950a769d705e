import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";

/** A file to be written: text or bytes. */
export interface FileContent {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Writes one file under a temporary name and renames it. @throws OUTPUT_WRITE_FAILED */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await writeFilesAtomic(dirname(path), [{ name: basename(path), content }]);
}

/**
 * Writes files that belong together into a folder, which is made if need be: all are complete on disk before the first one gets its name,
 * and the last one of the list gets its name last. After a failure no temporary file is left.
 * @throws OUTPUT_WRITE_FAILED
 */
export async function writeFilesAtomic(
  folder: string,
  files: readonly FileContent[],
): Promise<void> {
  const attempt = `${String(process.pid)}-${randomBytes(4).toString("hex")}`;
  const temporary = (name: string): string => join(folder, `.${name}.${attempt}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, content } of files) await writeDurably(temporary(name), content);
    for (const { name } of files) await rename(temporary(name), join(folder, name));
  } catch (cause) {
    await Promise.all(files.map(({ name }) => rm(temporary(name), { force: true })));
    throw writeFailed(folder, cause);
  }
}

/** Of files that are not complete yet, as `writeFilesAtomic` calls them. */
const TEMPORARY = /^\..+\.\d+-[0-9a-f]{8}\.tmp$/;

/** Whether a file is one that a process was writing when it was killed, or writes now. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes what a process left half-written that was killed; nobody else may be writing there. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter(isTemporary);
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

/** Without the sync a power cut could leave a named but empty file. */
async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "no space left in the quota",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "a read-only file system",
  ENOENT: "no such folder",
  ENOTDIR: "a file where a folder should be",
  EEXIST: "a file where a folder should be",
};

/** Takes a file away, where it is there. @throws OUTPUT_WRITE_FAILED */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw writeFailed(path, cause);
  }
}

export function writeFailed(path: string, cause: unknown): SpuriousError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new SpuriousError(
    "OUTPUT_WRITE_FAILED",
    `writing results: ${path}: expected a folder that can be written, got ${REASONS[code] ?? message}`,
    { input: path, cause },
  );
}
