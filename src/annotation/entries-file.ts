import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";
import type { Entry, Stamped } from "./entries.js";

/** Ends every file; an append replaces it, and touches nothing in front of it. */
export const ENTRIES_END = "]}\n";

export interface EntriesHeader {
  readonly schema: string;
  /** ISO 8601 */
  readonly created: string;
}

/** A kind of annotation file: what its header holds, and what an answer is. */
export interface EntriesFormat<Header extends EntriesHeader, Answer extends Stamped> {
  /** What messages call the content: "labels". */
  readonly what: string;
  readonly schema: Header["schema"];
  /** The known parts of a header of this schema. @throws what `fault` makes of a broken one */
  header(
    found: Readonly<Record<string, unknown>>,
    fault: (expected: string, got: string) => SpuriousError,
  ): Header;
  /** Whether an entry that is no undo is a whole answer, its number and time aside. */
  isAnswer(entry: Readonly<Record<string, unknown>>): boolean;
  /** What names an item. */
  keyOf(answer: Answer): string;
}

export interface EntriesFile<Header extends EntriesHeader, Answer extends Stamped> {
  readonly path: string;
  readonly header: Header;
  readonly entries: readonly Entry<Answer>[];
}

/** The document as it is written: a line for the header, and one for every entry. */
export function entriesText<Answer extends Stamped>(
  header: EntriesHeader,
  entries: readonly Entry<Answer>[],
): string {
  const start = `${JSON.stringify(header).slice(0, -1)},"entries":[\n`;
  return start + entries.map((entry, i) => entryLine(entry, i === 0)).join("") + ENTRIES_END;
}

/** The comma stands in front, so that a line that is on disk is never touched again. */
export function entryLine(entry: Stamped, first: boolean): string {
  return `${first ? "" : ","}${JSON.stringify(entry)}\n`;
}

/**
 * Reads an annotation file. It is one JSON document with a line for every entry, so that a process
 * which is killed while it appends leaves at most one broken line, the last: that is dropped.
 * @throws ARTEFACT_INVALID damaged in front of its end, foreign or of a newer schema
 */
export function parseEntries<Header extends EntriesHeader, Answer extends Stamped>(
  path: string,
  text: string,
  format: EntriesFormat<Header, Answer>,
): EntriesFile<Header, Answer> {
  const fault = (expected: string, got: string): SpuriousError =>
    invalidEntries(format.what, path, expected, got);
  const whole = parse(text);
  const { header, entries } = whole === undefined ? parseLines(text, fault) : partsOf(whole);
  const found = (header ?? {}) as Record<string, unknown>;
  if (found["schema"] !== format.schema) {
    throw fault(`schema ${format.schema}`, JSON.stringify(found["schema"]) ?? "none");
  }
  const known = format.header(found, fault);
  if (typeof known.created !== "string") throw fault("created as text", typeof known.created);
  if (!Array.isArray(entries)) throw fault("a list of entries", typeof entries);
  for (const [i, entry] of entries.entries()) {
    if (isEntry((entry ?? {}) as Record<string, unknown>, i + 1, format)) continue;
    const got = (JSON.stringify(entry) ?? "nothing").slice(0, 120);
    throw fault(`an answer or an undo as entry ${String(i + 1)}`, got);
  }
  return { path, header: known, entries: entries as Entry<Answer>[] };
}

export function invalidEntries(
  what: string,
  path: string,
  expected: string,
  got: string,
): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading ${what}: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}

export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function partsOf(document: unknown): { header: unknown; entries: unknown } {
  return { header: document, entries: (document as { entries?: unknown } | null)?.entries };
}

function parseLines(
  text: string,
  fault: (expected: string, got: string) => SpuriousError,
): { header: unknown; entries: unknown[] } {
  const [first = "", ...lines] = text.split("\n");
  const header = parse(`${first}]}`);
  if (header === undefined) throw fault("a JSON document", `"${first.slice(0, 40)}"`);
  const values = lines.map((line) => parse(line.replace(/^,/, "")));
  const broken = values.indexOf(undefined);
  const entries = broken === -1 ? values : values.slice(0, broken);
  // Behind a broken tail nothing can be whole: what is, was written after it.
  const later = values.slice(entries.length).findIndex((value) => typeof value === "object");
  if (later !== -1) {
    throw fault("whole lines in front of the last", `a broken line ${String(broken + 2)}`);
  }
  return { header, entries };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isEntry<Header extends EntriesHeader, Answer extends Stamped>(
  entry: Readonly<Record<string, unknown>>,
  n: number,
  format: EntriesFormat<Header, Answer>,
): boolean {
  if (entry["n"] !== n || typeof entry["time"] !== "string") return false;
  const undo = entry["undo"];
  if (undo === undefined) return format.isAnswer(entry);
  return isWhole(undo) && undo > 0 && undo < n;
}
