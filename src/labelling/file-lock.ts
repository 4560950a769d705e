import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "../results/atomic.js";

/** Locks of this process: a file left by an earlier process of the same number is not among them. */
const held = new Set<string>();

/**
 * Keeps a second process from writing to the same file. What a process leaves that was killed is
 * taken over.
 */
export class FileLock implements AsyncDisposable {
  private constructor(private readonly path: string) {}

  /** @throws USAGE_INVALID somebody else has it; OUTPUT_WRITE_FAILED */
  static async take(file: string): Promise<FileLock> {
    const path = `${file}.lock`;
    if (!(await create(path))) {
      const owner = await readOwner(path);
      if (owner !== null && isAlive(path, owner)) throw taken(file, path, owner);
      await rm(path, { force: true });
      if (!(await create(path))) throw taken(file, path, null);
    }
    held.add(path);
    return new FileLock(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (held.delete(this.path)) await rm(this.path, { force: true });
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

async function create(path: string): Promise<boolean> {
  try {
    const owner: Owner = { pid: process.pid, host: hostname() };
    await writeFile(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeFailed(path, cause);
  }
}

/** null for what was cut short or is no lock. */
async function readOwner(path: string): Promise<Owner | null> {
  try {
    const owner = JSON.parse(await readFile(path, "utf8")) as Partial<Owner> | null;
    const { pid, host } = owner ?? {};
    return Number.isInteger(pid) && typeof host === "string" ? { pid: pid as number, host } : null;
  } catch {
    return null;
  }
}

function isAlive(path: string, { pid, host }: Owner): boolean {
  // Of another machine nothing can be known from here.
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

function taken(file: string, path: string, owner: Owner | null): SpuriousError {
  const who = owner === null ? "another process" : `process ${String(owner.pid)} on ${owner.host}`;
  return new SpuriousError(
    "USAGE_INVALID",
    `opening labels: ${file}: expected a file that nobody else writes to, got one that ${who} has open`,
    { input: file, hint: `stop the other page, or delete ${path} if there is none` },
  );
}
