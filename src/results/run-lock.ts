import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "./atomic.js";
import { mayRun, ownProcess, parseProcess, type ProcessAddress } from "./process-address.js";

/** Name of the lock in a folder that a run writes to. */
export const LOCK_NAME = ".lock";

interface Holder extends ProcessAddress {
  /** When it took the lock, ISO 8601. */
  readonly since: string;
}

const ATTEMPTS = 5;
/** A holder writes its name right behind making the file; one that has not by then has died. */
const NAMING_MS = 200;

/**
 * Held by the one process that writes to a place: a file that is made only where there is none (atomic
 * on NFS too) and names its process. That of a process of this host and container that has ended is
 * taken over; of others nobody can tell.
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
    const holder: Holder = { ...ownProcess(), since: new Date().toISOString() };
    const content = JSON.stringify({ ...holder, token: randomBytes(8).toString("hex") });
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await create(path, content)) return new RunLock(path, content);
      const found = await readNamed(path);
      if (found === null) continue;
      const other = parseHolder(found);
      if (other !== null && mayRun(other, Date.parse(other.since))) throw refusal(nameOf(other));
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
    const holder = JSON.parse(text) as Partial<Holder>;
    const address = parseProcess(holder);
    return address === null ? null : { ...address, since: String(holder.since) };
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
