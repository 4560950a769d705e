import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { type FileContent, removeFile, writeFailed, writeFilesAtomic } from "../results/atomic.js";
import {
  bothGiven,
  type IsBegun,
  JOURNAL_NAME,
  ResultFolder,
  type ResultFolderOptions,
} from "../results/result-folder.js";
import { LOCK_NAME } from "../results/run-lock.js";
import { ATTEMPT_FILE } from "./attempt-work.js";
import { ATTEMPTS, openAttempt, removeEarlier } from "./attempts.js";
import { discard } from "./discard.js";
import { requireEarlierSettings } from "./earlier-settings.js";
import {
  type Part,
  PART_FILE,
  type PartDescription,
  type PartDocument,
  readPartIfPresent,
  requireSamePart,
  sealPart,
} from "./part.js";
import { type Shard, shardName } from "./shard.js";

/** Where a part goes: a folder of its own, or one that all parts share. */
export interface PartPlace extends ResultFolderOptions {
  readonly shard: Shard;
  /** Folder of this part, as any result folder. */
  readonly out?: string | undefined;
  /**
   * Folder of all parts: this one becomes `part-i-of-n` in it. Goes on by itself with what an earlier
   * attempt with the same settings left, and does nothing where the part is there; `force` starts
   * over, `resume` refuses settings that no earlier attempt at any of the parts was made with.
   */
  readonly parts?: string | undefined;
}

/**
 * The folder that a part is made in. In a folder of all parts every attempt at a part writes to a
 * folder of its own, which gets the part's name in one step when it is whole: attempts that go on at
 * the same time, on whatever machines, cannot disturb each other, and the first whole one stays.
 */
export class PartFolder implements AsyncDisposable {
  private constructor(
    private readonly place: PartPlace,
    /** Where the part goes when it is whole; null where it is there already. */
    private readonly published: string | null,
    /** null until an attempt is begun. */
    private folder: ResultFolder | null,
    /** Whether there may be work to go on from. */
    readonly resume: boolean,
  ) {}

  /**
   * @param isBegun as for ResultFolder.open
   * @throws USAGE_INVALID neither `out` nor `parts`, or both; OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
   */
  static async open(place: PartPlace, isBegun?: IsBegun): Promise<PartFolder> {
    const { out, parts, shard, force = false, resume = false } = place;
    if (out !== undefined && parts === undefined) {
      const begun: IsBegun = (names) => names.includes(PART_FILE) || (isBegun ?? hasJournal)(names);
      const folder = await ResultFolder.open(out, place, begun);
      // Else a run that is killed while it starts over would be taken for the part it replaces.
      if (force) await removeDescription(folder);
      return new PartFolder(place, null, folder, resume);
    }
    if (out !== undefined || parts === undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        `choosing where a part goes: expected --out DIR or --parts DIR, got ${out === undefined ? "neither" : "both"}`,
      );
    }
    if (force && resume) throw bothGiven();
    const published = join(parts, shardName(shard));
    try {
      // Known before minutes are spent on loading a model.
      await mkdir(join(parts, ATTEMPTS), { recursive: true });
    } catch (cause) {
      throw writeFailed(parts, cause);
    }
    if (force) {
      await discard(published, join(parts, ATTEMPTS));
      await removeEarlier(parts, shard);
    }
    return new PartFolder(place, published, null, true);
  }

  get shard(): Shard {
    return this.place.shard;
  }

  /** Of the attempt that was begun. */
  get path(): string {
    return this.#attempt.path;
  }

  file(name: string): string {
    return this.#attempt.file(name);
  }

  /**
   * The part, where an earlier attempt has ended it; else an attempt at it is begun, from what
   * earlier ones with the same settings have done.
   * @throws RESUME_MISMATCH it was made with other settings; RESULT_INVALID, OUTPUT_WRITE_FAILED
   */
  async begin(about: Omit<PartDescription, "shard" | "work">): Promise<PartDocument | null> {
    const part = (await this.#wholePart()) ?? (await this.#beginAttempt(about));
    if (part === null) return null;
    requireSamePart(part, { ...about, shard: this.shard });
    return part.document;
  }

  /**
   * Writes the files of a whole part that are not there yet, describes all of them, and gives the
   * part its place. No other file of the folder may be open.
   * @param needed files that the part's documents name, with `/`
   * @throws OUTPUT_WRITE_FAILED also where one of them is not there
   * @throws RESUME_MISMATCH another attempt, with other settings, was whole first
   */
  async complete(
    files: readonly FileContent[],
    about: Omit<PartDescription, "shard">,
    needed: readonly string[] = [],
  ): Promise<PartDocument> {
    await writeFilesAtomic(this.path, files);
    const document = await sealPart(this.path, { ...about, shard: this.shard }, needed);
    for (const own of [JOURNAL_NAME, ATTEMPT_FILE]) await rm(this.file(own), { force: true });
    if (this.published === null) return document;
    const part = await this.#publish(this.published);
    requireSamePart(part, { ...about, shard: this.shard });
    return part.document;
  }

  /** Gives an attempt free, and takes it away when it is of no use. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.folder === null) return;
    await this.folder[Symbol.asyncDispose]();
    if (this.published === null || (await readPartIfPresent(this.published)) === null) return;
    await rm(this.folder.path, { recursive: true, force: true });
  }

  get #attempt(): ResultFolder {
    if (this.folder === null) throw new RangeError("a part that is begun has a folder");
    return this.folder;
  }

  /** Where the part has its place. */
  async #wholePart(): Promise<Part | null> {
    if (this.published !== null) return await readPartIfPresent(this.published);
    return this.resume ? await readPartIfPresent(this.path) : null;
  }

  /** @returns the part where the attempt that is gone on with was whole and lacked its name alone */
  async #beginAttempt(about: Pick<PartDescription, "command" | "settings">): Promise<Part | null> {
    const { parts, shard, force, resume } = this.place;
    if (this.published === null || parts === undefined) return null;
    if (resume === true) await requireEarlierSettings(parts, shard.of, about);
    this.folder = await openAttempt(parts, { ...about, shard, startOver: force });
    // Another one may have ended it since it was looked for.
    const ended = await readPartIfPresent(this.published);
    if (ended !== null) return ended;
    if ((await readPartIfPresent(this.path)) === null) return null;
    return await this.#publish(this.published);
  }

  /** @returns the part that is there now: this one, or that of an attempt that was whole first */
  async #publish(place: string): Promise<Part> {
    try {
      await syncFolder(this.path);
      await rename(this.path, place);
      await rm(join(place, LOCK_NAME), { force: true });
      await syncFolder(dirname(place));
    } catch (cause) {
      const { code = "" } = cause as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw writeFailed(place, cause);
    }
    const part = await readPartIfPresent(place);
    if (part !== null) return part;
    throw new SpuriousError(
      "OUTPUT_EXISTS",
      `ending a part: ${place}: expected nothing or a whole part there, got a folder without ${PART_FILE}`,
      { input: place, hint: "move it away and run the same command again: the work is kept" },
    );
  }
}

async function removeDescription(folder: ResultFolder): Promise<void> {
  try {
    await removeFile(folder.file(PART_FILE));
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

const hasJournal: IsBegun = (names) => names.includes(JOURNAL_NAME);

/**
 * Takes away what attempts left in a folder of parts, all of which must be there; where one still goes
 * on, what it writes stays.
 */
export async function removeAttempts(parts: string): Promise<void> {
  await rm(join(parts, ATTEMPTS), { recursive: true, force: true }).catch(() => undefined);
}

/** Numbers of the parts that are in a folder of all parts. */
export async function publishedParts(
  parts: string,
  of: number,
): Promise<ReadonlyMap<number, Part>> {
  const found = new Map<number, Part>();
  const names = new Set(await readdir(parts).catch(() => []));
  for (let index = 1; index <= of; index++) {
    const name = shardName({ index, of });
    const part = names.has(name) ? await readPartIfPresent(join(parts, name)) : null;
    if (part !== null) found.set(index, part);
  }
  return found;
}

/** A new name is on disk when its folder is; file systems without that keep it in their own way. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "EINVAL" && code !== "ENOTSUP" && code !== "EBADF") throw error;
  } finally {
    await folder.close();
  }
}
