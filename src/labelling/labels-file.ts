import { readFile } from "node:fs/promises";
import { SpuriousError } from "../errors.js";
import { ANSWERS, type LabelEntry } from "./answers.js";

export const LABELS_SCHEMA = "spurious-native/labels/1";

/** Ends every file; an append replaces it, and touches nothing in front of it. */
export const LABELS_END = "]}\n";

export interface LabelsHeader {
  readonly schema: typeof LABELS_SCHEMA;
  readonly annotator: string;
  /** An adjudicator's answers decide where annotators differ. */
  readonly role: "annotator" | "adjudicator";
  /** SHA-256 of the model whose components were labelled. */
  readonly model: string | null;
  /** ISO 8601 */
  readonly created: string;
}

export interface LabelsFile {
  readonly path: string;
  readonly header: LabelsHeader;
  readonly entries: readonly LabelEntry[];
}

/**
 * A labels file. It is one JSON document with a line for every entry, so that a process which is
 * killed while it appends leaves at most one broken line, the last: that is dropped.
 * @throws ARTEFACT_INVALID missing, damaged in front of its end, foreign or of a newer schema
 */
export async function readLabels(path: string): Promise<LabelsFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(path, "a file of labels", code === "ENOENT" ? "no such file" : message);
  }
  return parseLabels(path, text);
}

/** @throws ARTEFACT_INVALID */
export function parseLabels(path: string, text: string): LabelsFile {
  const whole = parse(text);
  const { header, entries } = whole === undefined ? parseLines(path, text) : partsOf(whole);
  requireHeader(path, header);
  if (!Array.isArray(entries)) throw invalid(path, "a list of entries", typeof entries);
  for (const [i, entry] of entries.entries()) requireEntry(path, entry, i + 1);
  const { schema, annotator, role, model, created } = header;
  return {
    path,
    header: { schema, annotator, role, model: model ?? null, created },
    entries: entries as LabelEntry[],
  };
}

function partsOf(document: unknown): { header: unknown; entries: unknown } {
  return { header: document, entries: (document as { entries?: unknown } | null)?.entries };
}

/** The document as it is written. */
export function labelsText(header: LabelsHeader, entries: readonly LabelEntry[]): string {
  const start = `${JSON.stringify(header).slice(0, -1)},"entries":[\n`;
  return start + entries.map((entry, i) => entryLine(entry, i === 0)).join("") + LABELS_END;
}

/** The comma stands in front, so that a line that is on disk is never touched again. */
export function entryLine(entry: LabelEntry, first: boolean): string {
  return `${first ? "" : ","}${JSON.stringify(entry)}\n`;
}

function parseLines(path: string, text: string): { header: unknown; entries: unknown[] } {
  const [first = "", ...lines] = text.split("\n");
  const header = parse(`${first}]}`);
  if (header === undefined) throw invalid(path, "a JSON document", `"${first.slice(0, 40)}"`);
  const values = lines.map((line) => parse(line.replace(/^,/, "")));
  const broken = values.indexOf(undefined);
  const entries = broken === -1 ? values : values.slice(0, broken);
  // Behind a broken tail nothing can be whole: what is, was written after it.
  const later = values.slice(entries.length).findIndex((value) => typeof value === "object");
  if (later !== -1) {
    throw invalid(path, "whole lines in front of the last", `a broken line ${String(broken + 2)}`);
  }
  return { header, entries };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function requireHeader(path: string, value: unknown): asserts value is LabelsHeader {
  const header = (value ?? {}) as Partial<Record<keyof LabelsHeader, unknown>>;
  if (header.schema !== LABELS_SCHEMA) {
    throw invalid(path, `schema ${LABELS_SCHEMA}`, JSON.stringify(header.schema) ?? "none");
  }
  const { annotator, role, model, created } = header;
  if (typeof annotator !== "string" || annotator === "") {
    throw invalid(path, "the annotator's name", JSON.stringify(annotator) ?? "none");
  }
  if (role !== "annotator" && role !== "adjudicator") {
    throw invalid(path, "role annotator or adjudicator", JSON.stringify(role) ?? "none");
  }
  if ((model !== null && typeof model !== "string") || typeof created !== "string") {
    throw invalid(path, "model and created as text", JSON.stringify({ model, created }));
  }
}

function requireEntry(path: string, value: unknown, n: number): void {
  const entry = (value ?? {}) as Record<string, unknown>;
  const isWhole = (one: unknown): boolean => Number.isInteger(one) && (one as number) >= 0;
  const undo = entry["undo"];
  const isUndo = isWhole(undo) && (undo as number) > 0 && (undo as number) < n;
  const isAnswer =
    undo === undefined &&
    isWhole(entry["class"]) &&
    isWhole(entry["component"]) &&
    (ANSWERS as readonly unknown[]).includes(entry["answer"]) &&
    typeof entry["label"] === "string" &&
    typeof entry["note"] === "string" &&
    (entry["pca"] === null || typeof entry["pca"] === "string") &&
    typeof entry["blind"] === "boolean";
  if (entry["n"] !== n || typeof entry["time"] !== "string" || !(isUndo || isAnswer)) {
    throw invalid(
      path,
      `an answer or an undo as entry ${String(n)}`,
      (JSON.stringify(value) ?? "nothing").slice(0, 120),
    );
  }
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading labels: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
