import { rm, stat } from "node:fs/promises";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { type EntryRules, Journal, type JournalSettings } from "../evaluation/journal.js";
import { RunLock } from "../results/run-lock.js";
import type { ClassDirections } from "./fold.js";

/** The directions of one class, and the pictures that could not be read for them. */
export interface FittedClass {
  readonly directions: ClassDirections;
  readonly skipped: readonly { readonly path: string; readonly message: string }[];
}

/** The same as JSON. */
export interface FittedEntry {
  readonly index: number;
  readonly eigenIndices: readonly number[];
  /** float32, little endian, in base 64: [L, d] and [d]. */
  readonly directions: string;
  readonly mean: string;
  readonly skipped: FittedClass["skipped"];
}

/** A FittedEntry in a document, of as many directions as eigen indices. */
export const FITTED_SHAPE = t.cascade(
  t.isPartial({
    index: t.isNumber(),
    eigenIndices: t.isArray(t.isNumber()),
    directions: t.cascade(t.isString(), [t.isBase64()]),
    mean: t.cascade(t.isString(), [t.isBase64()]),
    skipped: t.isArray(t.isPartial({ path: t.isString(), message: t.isString() })),
  }),
  [isWholeFitted()],
);

const RULES: EntryRules<FittedEntry> = {
  keyOf: ({ index }) => String(index),
  shape: FITTED_SHAPE,
};

interface FitJournalOptions {
  readonly resume?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** Classes that are done, beside the fix's file until that is written. */
export class FitJournal implements AsyncDisposable {
  private constructor(
    private readonly journal: Journal<FittedEntry>,
    /** null where the folder of the journal is locked. */
    private readonly lock: RunLock | null,
  ) {}

  /**
   * @param out the fix's file @param settings what decides the directions
   * @throws OUTPUT_EXISTS an unfinished run is there, and neither resume nor force was asked for, or
   *   another run is at work; RESUME_MISMATCH, OUTPUT_WRITE_FAILED
   */
  static async open(
    out: string,
    settings: JournalSettings,
    options: FitJournalOptions,
  ): Promise<FitJournal> {
    const lock = await RunLock.take(`${out}.lock`, out);
    try {
      return new FitJournal(await openJournal(out, settings, options), lock);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The journal of a part, in a folder of its own. @throws RESUME_MISMATCH, OUTPUT_WRITE_FAILED */
  static async ofPart(
    path: string,
    settings: JournalSettings,
    resume: boolean,
  ): Promise<FitJournal> {
    return new FitJournal(await Journal.open(path, settings, resume, RULES), null);
  }

  get earlier(): FittedClass[] {
    return this.journal.earlier.map(fittedOf);
  }

  /** Adds a class; it is on disk when this resolves. */
  append(fitted: FittedClass): Promise<void> {
    return this.journal.append([entryOf(fitted)]);
  }

  /** The fix is written: there is nothing left to go on with. */
  complete(): Promise<void> {
    return rm(this.journal.path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.journal[Symbol.asyncDispose]();
    await this.lock?.[Symbol.asyncDispose]();
  }
}

export function entryOf({
  directions: { index, eigenIndices, directions, mean },
  skipped,
}: FittedClass): FittedEntry {
  return { index, eigenIndices, directions: base64(directions), mean: base64(mean), skipped };
}

export function fittedOf(entry: FittedEntry): FittedClass {
  const { index, eigenIndices, directions, mean, skipped } = entry;
  return {
    directions: { index, eigenIndices, directions: floats(directions), mean: floats(mean) },
    skipped,
  };
}

function isWholeFitted() {
  return t.makeValidator<FittedEntry, FittedEntry>({
    test: ({ directions, mean, eigenIndices }, state): state is never => {
      const [all, one] = [directions, mean].map((text) => Buffer.byteLength(text, "base64"));
      if (one !== undefined && one % 4 === 0 && all === eigenIndices.length * one) return true;
      state?.errors?.push("as many numbers as directions and features have, got others");
      return false;
    },
  });
}

async function openJournal(
  out: string,
  settings: JournalSettings,
  { resume = false, force = false }: FitJournalOptions,
): Promise<Journal<FittedEntry>> {
  const path = `${out}.progress.jsonl`;
  if (!resume && (await stat(path).catch(() => null)) !== null) {
    if (!force) {
      throw new SpuriousError(
        "OUTPUT_EXISTS",
        `fitting a fix: ${out}: expected no unfinished run, got ${path}`,
        { input: out, hint: "pass --resume to go on with it, or --force to start over" },
      );
    }
    await rm(path, { force: true });
  }
  return Journal.open(path, settings, resume, RULES);
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

function floats(text: string): Float32Array {
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}
