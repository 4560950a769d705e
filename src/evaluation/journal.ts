import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "../results/atomic.js";
import { shapeFault } from "../results/document-shape.js";
import { parseJson } from "../results/parse-json.js";
import { readIfPresent } from "../results/read-if-present.js";

const JOURNAL_SCHEMA = "spurious-native/journal/1";

/** Settings that decide a result, by name. */
export type JournalSettings = Readonly<Record<string, unknown>>;

/** What a journal's entries are; default: of any shape, all of them. */
export interface EntryRules<T> {
  /** Names the work of an entry: what was done twice counts once, as first written. */
  readonly keyOf?: (entry: T) => string;
  readonly shape?: t.AnyStrictValidator;
}

interface Heading {
  readonly schema: unknown;
  readonly settings: JournalSettings;
}

/**
 * Entries of work done, one JSON line each, appended as the work goes on. A process that is killed
 * leaves at most one broken line, the last, which is dropped when the work is resumed.
 */
export class Journal<T> implements AsyncDisposable {
  readonly #file: FileHandle;

  private constructor(
    readonly path: string,
    file: FileHandle,
    /** Entries of the run that is resumed, in order. */
    readonly earlier: readonly T[],
  ) {
    this.#file = file;
  }

  /**
   * Opens a journal: a new one, or with `resume` one that is there already.
   * @throws RESUME_MISMATCH it was begun with other settings (named), or is not a journal of such
   *   entries
   * @throws OUTPUT_WRITE_FAILED
   */
  static async open<T>(
    path: string,
    settings: JournalSettings,
    resume: boolean,
    { keyOf, shape = t.isUnknown() }: EntryRules<T> = {},
  ): Promise<Journal<T>> {
    const text = resume ? await readIfPresent(path) : null;
    // A run may have ended before its heading was whole: then there is nothing to go on from.
    const isBegun = text?.includes("\n") === true;
    const entries = isBegun ? readEntries<T>(path, text, settings, shape) : [];
    const earlier = keyOf === undefined ? entries : firstOfEach(entries, keyOf);
    try {
      const file = await open(path, text === null ? "wx" : "r+");
      await dropBrokenLine(file, text ?? "");
      if (!isBegun) await file.appendFile(line({ schema: JOURNAL_SCHEMA, settings }));
      return new Journal(path, file, earlier);
    } catch (cause) {
      throw writeFailed(path, cause);
    }
  }

  /** Adds entries; they are on disk when this resolves. */
  async append(entries: readonly T[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.#file.appendFile(entries.map(line).join(""));
      await this.#file.datasync();
    } catch (cause) {
      throw writeFailed(this.path, cause);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file.close();
  }
}

/** A hash of the names of all pieces of work: another set of images is another run. */
export function hashOfNames(names: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\n`);
  return hash.digest("hex");
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Appending begins behind the last whole line. */
async function dropBrokenLine(file: FileHandle, text: string): Promise<void> {
  const whole = Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1));
  await file.truncate(whole);
  await file.read(Buffer.alloc(whole), 0, whole, null); // moves to the end
}

function readEntries<T>(
  path: string,
  text: string,
  settings: JournalSettings,
  shape: t.AnyStrictValidator,
): T[] {
  const [header, ...entries] = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  const begun = (parse(path, header ?? "") ?? {}) as Partial<Heading>;
  if (begun.schema !== JOURNAL_SCHEMA || !isObject(begun.settings)) {
    const got = JSON.stringify(begun.schema) ?? "none";
    throw mismatch(path, `a journal of schema ${JOURNAL_SCHEMA}`, got);
  }
  for (const name of new Set([...Object.keys(settings), ...Object.keys(begun.settings)])) {
    const wanted = JSON.stringify(settings[name]);
    const got = JSON.stringify(begun.settings[name]);
    if (wanted !== got) throw mismatch(path, `${name} ${wanted ?? "none"}`, got ?? "none");
  }
  return entries.map((entry) => {
    const value = parse(path, entry);
    if (!isObject(value)) throw mismatch(path, "lines of JSON objects", `"${entry.slice(0, 40)}"`);
    const fault = shapeFault(value, shape);
    if (fault !== null) throw mismatch(path, "whole entries", fault);
    return value as T;
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function firstOfEach<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  const first = new Map<string, T>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (!first.has(key)) first.set(key, entry);
  }
  return [...first.values()];
}

function parse(path: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw mismatch(path, "lines of JSON", `"${text.slice(0, 40)}"`);
  }
}

function mismatch(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "RESUME_MISMATCH",
    `resuming a run: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
