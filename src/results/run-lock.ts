import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "./atomic.js";

/** Name of the lock in a folder that a run writes to. */
export const LOCK_NAME = ".lock";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process was started, as its kernel counts; null where nothing tells. */
  readonly begun: string | null;
  /** When it took the lock, ISO 8601. */
  readonly since: string;
}

const ATTEMPTS = 5;
/** A holder writes its name right behind making the file; one that has not by then has died. */
const NAMING_MS = 200;

/**
 * Held by the one process that writes to a place: a file that is made only where there is none (atomic
 * on NFS too) and names process and host. That of a process of this host that has ended is taken
 * over; of other hosts nobody can tell.
 */
export class RunLock implements AsyncDisposable {
  private constructor(
    private readonly path: string,
    private readonly content: string,
  ) {}

  /**
   * @param path the lock's file @param place what it guards, for the message
   * @param refusal the error when `holder` has it; default: OUTPUT_EXISTS, another run writes there
   * @throws what `refusal` makes; OUTPUT_WRITE_FAILED
   */
  static async take(
    path: string,
    place: string,
    refusal: (holder: string) => SpuriousError = (holder) => otherRun(path, place, holder),
  ): Promise<RunLock> {
    const { pid } = process;
    const holder: Holder = {
      ...{ pid, host: hostname(), begun: beginOf(pid), since: new Date().toISOString() },
    };
    const content = JSON.stringify({ ...holder, token: randomBytes(8).toString("hex") });
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await create(path, content)) return new RunLock(path, content);
      const found = await readNamed(path);
      if (found === null) continue;
      const other = parseHolder(found);
      if (other !== null && mayRun(other)) throw refusal(nameOf(other));
      await moveAway(path, found);
    }
    throw refusal("one that has just begun");
  }

  /** Gives the place free. */
  async [Symbol.asyncDispose](): Promise<void> {
    const found = await readFile(this.path, "utf8").catch(() => null);
    if (found === this.content) await rm(this.path, { force: true });
  }
}

/** @returns false where there is a lock already */
async function create(path: string, content: string): Promise<boolean> {
  let made = false;
  try {
    await using file = await open(path, "wx");
    made = true;
    await file.writeFile(content);
    return true;
  } catch (cause) {
    if (!made && (cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    if (made) await rm(path, { force: true });
    throw writeFailed(path, cause);
  }
}

/** What a lock says, once its holder has had the time to say it; null where there is none now. */
async function readNamed(path: string): Promise<string | null> {
  const read = (): Promise<string | null> => readFile(path, "utf8").catch(() => null);
  const found = await read();
  if (found !== "") return found;
  await sleep(NAMING_MS);
  return await read();
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, begun = null, since } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isInteger(pid) || typeof host !== "string") return null;
    return { pid: Number(pid), host, begun, since: String(since) };
  } catch {
    return null;
  }
}

function mayRun({ pid, host, begun }: Holder): boolean {
  if (host !== hostname()) return true;
  if (!isAlive(pid)) return false;
  // Numbers of ended processes are given to new ones, in containers to the very next.
  const now = beginOf(pid);
  return begun === null || now === null || begun === now;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Linux's "starttime", the 22nd field of /proc/PID/stat, whose second may hold spaces. */
function beginOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Renaming is atomic, so of several runs that find a lock left behind one moves it away. Should it
 * have been replaced by a live one in between, that one is put back.
 */
async function moveAway(path: string, found: string): Promise<void> {
  const aside = `${path}.${String(process.pid)}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) === found) await rm(aside, { force: true });
    else await rename(aside, path);
  } catch {
    // Another run was quicker.
  }
}

function nameOf({ pid, host, since }: Holder): string {
  return `process ${String(pid)} on ${host}, since ${since}`;
}

function otherRun(path: string, place: string, holder: string): SpuriousError {
  return new SpuriousError(
    "OUTPUT_EXISTS",
    `beginning a run: ${place}: expected no other run that writes there, got ${holder}`,
    {
      input: place,
      hint: `wait for it or choose another --out; if it has ended, delete ${path}`,
    },
  );
}
