import { createHash, randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { access, copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { isTemporary, writeFailed, writeFileAtomic } from "../results/atomic.js";
import { ResultFolder } from "../results/result-folder.js";
import { LOCK_NAME } from "../results/run-lock.js";
import { ATTEMPT_FILE, byWork, workOf } from "./attempt-work.js";
import { discard } from "./discard.js";
import { PART_FILE, type PartDescription } from "./part.js";
import { type Shard, shardName } from "./shard.js";

/** Folder of the attempts within the folder of parts. */
export const ATTEMPTS = ".attempts";

const KEY_LENGTH = 12;

/** Of a copy that is not whole: no attempt is called so. */
const COPY_PREFIX = ".copy-";

/** Of the other attempt alone; a part is not whole before all of its files are. */
const NOT_COPIED: ReadonlySet<string> = new Set([LOCK_NAME, PART_FILE]);

/** Which attempt is wanted. */
export interface AttemptOptions extends AttemptSettings {
  readonly shard: Shard;
  /** Leave earlier attempts alone and begin with nothing. */
  readonly startOver?: boolean | undefined;
}

/** What decides the content of an attempt. */
export type AttemptSettings = Pick<PartDescription, "command" | "settings">;

/** The document of attempt.json: what the key in the name of the attempt's folder stands for. */
export interface AttemptDocument extends AttemptSettings {
  readonly schema: typeof ATTEMPT_SCHEMA;
}

export const ATTEMPT_SCHEMA = "spurious-native/attempt/1";

/** Names settings in the name of an attempt's folder: PART.KEY.TOKEN. */
export function settingsKey({ command, settings }: AttemptSettings): string {
  const text = JSON.stringify([command, settings]);
  return createHash("sha256").update(text).digest("hex").slice(0, KEY_LENGTH);
}

/**
 * A folder for one attempt at a part: that of the attempt that came furthest, where nobody writes to it
 * any more. Where it may still be written to (of another machine nobody can tell), what it has done so
 * far is copied. Attempts with other settings are left alone.
 * @throws OUTPUT_WRITE_FAILED
 */
export async function openAttempt(parts: string, options: AttemptOptions): Promise<ResultFolder> {
  const { shard, startOver = false } = options;
  const key = settingsKey(options);
  const all = startOver ? [] : await attemptsAt(parts, shard);
  const same = all.filter((path) => keyOf(path) === key);
  const begun = await Promise.all(same.map(isAttempt));
  const furthest = await furthestOf(same.filter((_, i) => begun[i]));
  for (const path of furthest) {
    const taken = await takeOver(path);
    if (taken !== null) return taken;
  }
  const [first] = furthest;
  const path = join(parts, ATTEMPTS, nameOf(shard, key));
  if (first === undefined) return await beginAt(path, options);
  const copied = await copyAttempt(first, path);
  // Else it has become the part, or another attempt was quicker to take the copy.
  return (copied ? await takeOver(path) : null) ?? (await openAttempt(parts, options));
}

async function beginAt(
  path: string,
  { command, settings }: AttemptSettings,
): Promise<ResultFolder> {
  const folder = await ResultFolder.open(path);
  try {
    const document: AttemptDocument = { schema: ATTEMPT_SCHEMA, command, settings };
    await writeFileAtomic(folder.file(ATTEMPT_FILE), `${JSON.stringify(document, null, 2)}\n`);
    return folder;
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** Takes away the attempts at a part that nobody writes to any more. @throws OUTPUT_WRITE_FAILED */
export async function removeEarlier(parts: string, shard: Shard): Promise<void> {
  for (const path of await attemptsAt(parts, shard)) {
    const taken = await takeOver(path);
    if (taken === null) continue;
    await discard(path, dirname(path));
  }
}

async function attemptsAt(parts: string, shard: Shard): Promise<string[]> {
  const folder = join(parts, ATTEMPTS);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${shardName(shard)}.`))
    .map((name) => join(folder, name));
}

function nameOf(shard: Shard, key: string): string {
  return `${shardName(shard)}.${key}.${randomBytes(6).toString("hex")}`;
}

/** Of settings, in the path of an attempt's folder. */
export function keyOf(path: string): string {
  return basename(path).split(".")[1] ?? "";
}

/** null where another run has it, or where it has become the part by now. */
async function takeOver(path: string): Promise<ResultFolder | null> {
  try {
    const folder = await ResultFolder.open(path, { resume: true }, () => true);
    if (await isAttempt(path)) return folder;
    // It was made here, in the place of one that has gone.
    await folder[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    if (error instanceof SpuriousError && error.code === "OUTPUT_EXISTS") return null;
    throw error;
  }
}

/** Whether a folder says what it is about, or is a part that lacks its name alone. */
async function isAttempt(path: string): Promise<boolean> {
  const files = [ATTEMPT_FILE, PART_FILE].map((name) => access(join(path, name)));
  return (await Promise.allSettled(files)).some(({ status }) => status === "fulfilled");
}

/** The one that came furthest, or those that came as far: a copy and what it is of. */
async function furthestOf(paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(paths.map(async (path) => ({ path, work: await workOf(path) })));
  const [first, ...others] = all.sort((a, b) => byWork(a.work, b.work));
  if (first === undefined) return [];
  const asFar = others.filter(({ work }) => byWork(first.work, work) === 0);
  return [first, ...asFar].map(({ path }) => path);
}

/**
 * Copies an attempt under a hidden name, which becomes that of an attempt when all of it is there: one
 * that is killed meanwhile leaves nothing that another would go on from.
 * @returns false where the attempt has gone meanwhile
 */
async function copyAttempt(from: string, to: string): Promise<boolean> {
  const hidden = join(dirname(to), `${COPY_PREFIX}${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(hidden);
    await copyWork(from, hidden);
    if ((await stat(from).catch(() => null)) !== null) {
      await rename(hidden, to);
      return true;
    }
  } catch (cause) {
    await rm(hidden, { recursive: true, force: true });
    throw writeFailed(to, cause);
  }
  await rm(hidden, { recursive: true, force: true });
  return false;
}

/**
 * Copies work that may still go on. Documents name other files and are written after them, so they are
 * copied before them; of a journal the last line may be broken, as after a kill.
 */
async function copyWork(from: string, to: string): Promise<void> {
  const names = await namesBelow(from);
  const documentsFirst = [...names].sort(
    (a, b) => Number(b.endsWith(".json")) - Number(a.endsWith(".json")),
  );
  for (const name of documentsFirst) {
    if (NOT_COPIED.has(basename(name)) || isTemporary(basename(name))) continue;
    const source = join(from, name);
    const status = await statIfThere(source);
    if (status?.isFile() !== true) continue;
    await mkdir(dirname(join(to, name)), { recursive: true });
    try {
      await copyFile(source, join(to, name));
    } catch (cause) {
      // Tidied away meanwhile.
      if ((await statIfThere(source)) !== null) throw cause;
    }
  }
}

function statIfThere(path: string): Promise<Stats | null> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

async function namesBelow(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true, encoding: "utf8" }).catch(() => []);
}
