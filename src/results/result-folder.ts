import { mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import {
  type FileContent,
  isTemporary,
  removeFile,
  writeFailed,
  writeFilesAtomic,
} from "./atomic.js";
import { LOCK_NAME, RunLock } from "./run-lock.js";

export interface ResultFolderOptions {
  /** Replace a result that is there already. */
  readonly force?: boolean | undefined;
  /** Go on with what an interrupted run left. */
  readonly resume?: boolean | undefined;
}

/** What an interrupted run leaves to go on from; gone when a result is complete. */
export const JOURNAL_NAME = "progress.jsonl";

/** Whether the names in a folder are those of a run that can be gone on with. */
export type IsBegun = (names: readonly string[]) => boolean;

const hasJournal: IsBegun = (names) => names.includes(JOURNAL_NAME);

/**
 * A folder that receives one result, of one run at a time. Nothing in it changes before the result
 * is complete, but for the journal and the lock of the run; who writes it piece by piece takes away
 * the file that marks an old result as complete first.
 */
export class ResultFolder implements AsyncDisposable {
  private constructor(
    readonly path: string,
    /** Whether this call made the folder: an unused one is taken away again. */
    private readonly created: boolean,
    private readonly lock: RunLock,
  ) {}

  /**
   * Creates the folder, or takes one that is empty, forced or resumed. `force` discards an old
   * journal; old results stay until the new ones replace them.
   * @param isBegun what `resume` takes beside an empty folder; default: one with a journal
   * @throws OUTPUT_EXISTS it holds something else, or another run writes to it
   * @throws OUTPUT_WRITE_FAILED, USAGE_INVALID (force together with resume)
   */
  static async open(
    path: string,
    options: ResultFolderOptions = {},
    isBegun: IsBegun = hasJournal,
  ): Promise<ResultFolder> {
    const { force = false, resume = false } = options;
    if (force && resume) throw bothGiven();
    const refuseOther = async (): Promise<boolean> => {
      const names = await namesIn(path);
      if (!force) refuseUnless(path, names ?? [], resume, isBegun);
      return names === null;
    };
    const isNew = await refuseOther();
    const lock = await lockFolder(path, isNew);
    try {
      // Once more: another run may have ended between the look and the lock.
      await refuseOther();
      if (force) await removeFile(join(path, JOURNAL_NAME));
      return new ResultFolder(path, isNew, lock);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes the files of a complete result, the last of them last, and ends the journal. */
  async complete(files: readonly FileContent[]): Promise<void> {
    await writeFilesAtomic(this.path, files);
    await rm(this.file(JOURNAL_NAME), { force: true });
  }

  /** Gives the folder free, and takes an empty one away again when this run had made it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.lock[Symbol.asyncDispose]();
    if (this.created) await removeEmpty(this.path);
  }
}

export function bothGiven(): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    "opening the result folder: expected --force or --resume, got both",
  );
}

/** What is where a result is to go, in words: "a file", "a folder with a, b"; null for nothing. */
export async function foundAt(path: string): Promise<string | null> {
  try {
    const names = await readdir(path);
    return names.length === 0 ? null : `a folder with ${names.slice(0, 3).join(", ")}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    return code === "ENOTDIR" ? "a file" : message;
  }
}

/** For results that are one file. @throws OUTPUT_EXISTS */
export async function refuseExisting(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null || (force && found.isFile())) return;
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `writing a result: ${path}: expected no file of that name, got a ${found.isFile() ? "file" : "folder"}`,
    { input: path, hint: "choose another --out or pass --force to replace it" },
  );
}

async function namesIn(path: string): Promise<string[] | null> {
  try {
    return await readdir(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw writeFailed(path, cause);
  }
}

async function lockFolder(path: string, isNew: boolean): Promise<RunLock> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw writeFailed(path, cause);
  }
  try {
    return await RunLock.take(join(path, LOCK_NAME), path);
  } catch (error) {
    if (isNew) await removeEmpty(path);
    throw error;
  }
}

/** Leaves a folder alone that has something in it. */
async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch(() => undefined);
}

/** @param resume with work begun the folder may be used; without, it must be empty */
function refuseUnless(
  path: string,
  names: readonly string[],
  resume: boolean,
  isBegun: IsBegun,
): void {
  // What a process that was killed leaves beside its work is nobody's.
  const content = names.filter((name) => name !== LOCK_NAME && !isTemporary(name));
  if (content.length === 0 || (resume && isBegun(content))) return;
  const unfinished = hasJournal(content);
  const got = unfinished ? "an unfinished run" : `${String(content.length)} entries`;
  const wanted = resume ? "an unfinished run or an empty folder" : "a new or empty folder";
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `opening the result folder: ${path}: expected ${wanted}, got ${got}`,
    {
      input: path,
      ...(unfinished && { hint: "pass --resume to go on with it, or --force to start over" }),
      ...(resume && { hint: "choose another --out, or pass --force to replace what is there" }),
    },
  );
}
