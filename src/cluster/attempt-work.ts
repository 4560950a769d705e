import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { isTemporary } from "../results/atomic.js";
import { JOURNAL_NAME } from "../results/result-folder.js";
import { LOCK_NAME } from "../results/run-lock.js";

/** What an attempt is about; no work of it. */
export const ATTEMPT_FILE = "attempt.json";

/** How far an attempt has come. */
export interface AttemptWork {
  /** Complete files: of finished classes, or of a part that lacks its name alone. */
  readonly files: number;
  /** Entries of journals; a stretch of a pool counts as the images it has seen. */
  readonly entries: number;
}

/** Of work that may still go on. Half a file counts nothing, however large it is. */
export async function workOf(folder: string): Promise<AttemptWork> {
  const paths = await readdir(folder, { recursive: true, encoding: "utf8" }).catch(() => []);
  const [journals, others] = [true, false].map((isJournal) =>
    paths.filter((path) => (basename(path) === JOURNAL_NAME) === isJournal),
  ) as [string[], string[]];
  const files = others.map((path) => basename(path)).filter(isWork);
  const counts = await Promise.all(journals.map((path) => entriesOf(join(folder, path))));
  return { files: files.length, entries: counts.reduce((sum, one) => sum + one, 0) };
}

/** For sorting: the one that came further first. */
export function byWork(a: AttemptWork, b: AttemptWork): number {
  return b.files - a.files || b.entries - a.entries;
}

/** A folder of a class has no ending, and is there before the class is done. */
function isWork(name: string): boolean {
  const isOwn = name === LOCK_NAME || name === ATTEMPT_FILE || isTemporary(name);
  return !isOwn && name.includes(".");
}

const SEEN = /^\{"seen":(\d+)/;

async function entriesOf(journal: string): Promise<number> {
  let entries = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(journal) })) {
      entries += line === "" ? 0 : Number(SEEN.exec(line)?.[1] ?? 1);
    }
  } catch {
    // It was ended meanwhile: what its part is worth is seen by the files.
  }
  return entries;
}
