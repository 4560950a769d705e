import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { isTemporary, writeFailed } from "../results/atomic.js";
import { ResultFolder } from "../results/result-folder.js";
import { LOCK_NAME } from "../results/run-lock.js";
import { PART_FILE } from "./part.js";
import { type Shard, shardName } from "./shard.js";

/** Folder of the attempts within the folder of parts. */
export const ATTEMPTS = ".attempts";

/** Of the other attempt alone; a part is not whole before all of its files are. */
const NOT_COPIED: ReadonlySet<string> = new Set([LOCK_NAME, PART_FILE]);

/**
 * A folder for one attempt at a part. One that nobody writes to any more is taken over. Where all
 * others may still be written to (of another machine nobody can tell), what the one that came
 * furthest has done so far is copied.
 * @param startOver leave earlier attempts alone and begin with nothing
 * @throws OUTPUT_WRITE_FAILED
 */
export async function openAttempt(
  parts: string,
  shard: Shard,
  startOver: boolean,
): Promise<ResultFolder> {
  const folder = join(parts, ATTEMPTS);
  const prefix = `${shardName(shard)}.`;
  const names = await readdir(folder).catch(() => []);
  const earlier = startOver ? [] : names.filter((name) => name.startsWith(prefix));
  const furthestFirst = await bySize(earlier.map((name) => join(folder, name)));
  for (const path of furthestFirst) {
    const taken = await takeOver(path);
    if (taken !== null) return taken;
  }
  const own = join(folder, `${prefix}${randomBytes(6).toString("hex")}`);
  const attempt = await ResultFolder.open(own);
  const [furthest] = furthestFirst;
  if (furthest !== undefined) await copyWork(furthest, own);
  return attempt;
}

/** null where another run has it, or where it has become the part by now. */
async function takeOver(path: string): Promise<ResultFolder | null> {
  try {
    return await ResultFolder.open(path, { resume: true }, () => true);
  } catch (error) {
    if (error instanceof SpuriousError && error.code === "OUTPUT_EXISTS") return null;
    throw error;
  }
}

/** The largest first: the one with most work done. */
async function bySize(paths: readonly string[]): Promise<string[]> {
  const sized = await Promise.all(
    paths.map(async (path) => ({ path, bytes: await bytesIn(path) })),
  );
  return sized.sort((a, b) => b.bytes - a.bytes).map(({ path }) => path);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await namesBelow(folder);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((sum, one) => sum + one, 0);
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
    try {
      const source = join(from, name);
      if (!(await stat(source)).isFile()) continue;
      await mkdir(dirname(join(to, name)), { recursive: true });
      await copyFile(source, join(to, name));
    } catch (cause) {
      // It has become the part, or was tidied away.
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") continue;
      await rm(to, { recursive: true, force: true });
      throw writeFailed(to, cause);
    }
  }
}

async function namesBelow(folder: string): Promise<string[]> {
  return readdir(folder, { recursive: true, encoding: "utf8" }).catch(() => []);
}
