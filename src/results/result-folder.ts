import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import { type FileContent, writeFailed, writeFilesAtomic } from "./atomic.js";

export interface ResultFolderOptions {
  /** Replace a result that is there already. */
  readonly force?: boolean | undefined;
  /** Go on with what an interrupted run left. */
  readonly resume?: boolean | undefined;
}

/** What an interrupted run leaves to go on from; gone when a result is complete. */
export const JOURNAL_NAME = "progress.jsonl";

/**
 * A folder that receives one result. Nothing in it changes before the result is complete, but for
 * the journal of the run.
 */
export class ResultFolder implements AsyncDisposable {
  /** Whether this call made the folder: an unused one is taken away again. */
  readonly #created: boolean;

  private constructor(
    readonly path: string,
    created: boolean,
  ) {
    this.#created = created;
  }

  /**
   * Creates the folder, or takes one that is empty, forced or resumed. `force` discards an old
   * journal; old results stay until the new ones replace them.
   * @throws OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, USAGE_INVALID (force together with resume)
   */
  static async open(path: string, options: ResultFolderOptions = {}): Promise<ResultFolder> {
    const { force = false, resume = false } = options;
    if (force && resume) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "opening the result folder: expected --force or --resume, got both",
      );
    }
    const names = await namesIn(path);
    if (names !== null && names.length > 0 && !force && !resume) throw exists(path, names);
    try {
      await mkdir(path, { recursive: true });
      if (force) await rm(join(path, JOURNAL_NAME), { force: true });
    } catch (cause) {
      throw writeFailed(path, cause);
    }
    return new ResultFolder(path, names === null);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes the files of a complete result, the last of them last, and ends the journal. */
  async complete(files: readonly FileContent[]): Promise<void> {
    await writeFilesAtomic(this.path, files);
    await rm(this.file(JOURNAL_NAME), { force: true });
  }

  /** Takes an empty folder away again when this run had made it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#created) return;
    const names = await namesIn(this.path);
    if (names?.length === 0) await rm(this.path, { recursive: true, force: true });
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

function exists(path: string, names: readonly string[]): SpuriousError {
  const unfinished = names.includes(JOURNAL_NAME);
  const got = unfinished ? "an unfinished run" : `${String(names.length)} entries`;
  return new SpuriousError(
    "OUTPUT_EXISTS",
    `opening the result folder: ${path}: expected a new or empty folder, got ${got}`,
    {
      input: path,
      ...(unfinished && { hint: "pass --resume to go on with it, or --force to start over" }),
    },
  );
}
