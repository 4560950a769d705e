import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";
import { type ClassColumn, classTable } from "./class-table.js";
import type { ClassMap } from "./class-info.js";
import { imageNetClasses } from "./facts.js";

/** A class map as a JSON document: of a file, or inside a model's metadata. */
export interface ClassMapDocument {
  readonly name?: string;
  readonly classes: ReadonlyArray<{
    readonly index: number;
    readonly label: string;
    /** Default: the label. */
    readonly wnid?: string;
    /** Comma-separated; default: the label. */
    readonly synonyms?: string;
    /** Default: the index. null: the head lacks the class. */
    readonly column?: number | null;
  }>;
  /** Outputs of the head; default: those of the model at hand. */
  readonly width?: number;
}

/** A class map as the document that gives it again. */
export function documentOf(map: ClassMap): ClassMapDocument {
  const classes = map.classes.map((info) => {
    const column = map.columnOf(info.index);
    return { ...info, column: column === -1 ? null : column };
  });
  return { name: map.name, classes, width: map.width };
}

/**
 * Reads a class map's text: a JSON document, or a list with one line per column (labels, or WordNet
 * ids with or without words behind them).
 * @param headWidth outputs of the model, null when there is none
 * @throws CLASS_MAP_INVALID
 */
export function parseClassMap(text: string, name: string, headWidth: number | null): ClassMap {
  const content = text.replace(/^\uFEFF/, "").trim();
  if (!/^[{[]/.test(content)) {
    return parseList(content, name);
  }
  let document: unknown;
  try {
    document = parseJson(content);
  } catch (cause) {
    throw unreadable(name, "a JSON document", (cause as Error).message, cause);
  }
  return classMapOfDocument(document, name, headWidth);
}

/** @throws CLASS_MAP_INVALID a field is missing or has another type */
export function classMapOfDocument(
  document: unknown,
  name: string,
  headWidth: number | null,
): ClassMap {
  if (!isRecord(document) || !Array.isArray(document.classes) || document.classes.length === 0) {
    throw unreadable(name, 'an object with a list "classes"', typeName(document));
  }
  const { name: ownName = name, width: ownWidth } = document;
  if (typeof ownName !== "string") {
    throw unreadable(name, '"name" to be a text', typeName(ownName));
  }
  if (ownWidth !== undefined && !(Number.isInteger(ownWidth) && (ownWidth as number) > 0)) {
    throw unreadable(name, '"width" to be a whole number above 0', JSON.stringify(ownWidth));
  }
  const entries = document.classes.map((entry, at) => parseEntry(entry, at, name));
  const widest = Math.max(...entries.map((entry) => entry.column)) + 1;
  const width = (ownWidth as number | undefined) ?? headWidth ?? widest;
  return classTable(ownName, entries, width, name);
}

function parseEntry(entry: unknown, at: number, name: string): ClassColumn {
  const where = `classes[${at}]`;
  if (!isRecord(entry) || typeof entry.index !== "number" || typeof entry.label !== "string") {
    throw unreadable(name, `${where} with "index" (number) and "label"`, JSON.stringify(entry));
  }
  const { index, label, wnid = label, synonyms = label, column = index } = entry;
  if (typeof wnid !== "string" || typeof synonyms !== "string") {
    throw unreadable(name, `${where} "wnid" and "synonyms" to be texts`, JSON.stringify(entry));
  }
  if (column !== null && typeof column !== "number") {
    throw unreadable(name, `${where} "column" to be a number or null`, JSON.stringify(entry));
  }
  return { index, label, wnid, synonyms, column: column ?? -1 };
}

/**
 * A list whose lines are columns. ImageNet-1k classes are recognised by WordNet id and keep their
 * index, because that is what data sets name them by; lines of other ids then are columns without a
 * class, as in the built-in wide heads. A list without any of them numbers its own classes by line.
 */
function parseList(content: string, name: string): ClassMap {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  const empty = lines.indexOf("");
  if (empty !== -1) {
    throw unreadable(name, "one label or WordNet id per line", `an empty line ${empty + 1}`);
  }
  const wnids = lines.map((line) => /^(n\d{8})(?:[\s,:]|$)/.exec(line)?.[1]);
  const known = new Map(imageNetClasses().map((info) => [info.wnid, info]));
  if (wnids.some((wnid) => wnid !== undefined && known.has(wnid))) {
    const entries = wnids.flatMap((wnid, column) => {
      const info = known.get(wnid ?? "");
      return info === undefined ? [] : [{ ...info, column }];
    });
    return classTable(name, entries, lines.length);
  }
  const entries = lines.map((line, index) => {
    const wnid = wnids[index];
    const words = wnid === undefined ? line : line.slice(wnid.length).replace(/^[\s,:]+/, "");
    const synonyms = words === "" ? line : words;
    const label = synonyms.split(",")[0]?.trim() ?? synonyms;
    return { index, wnid: wnid ?? label, label, synonyms, column: index };
  });
  return classTable(name, entries, lines.length);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  return value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : `a value of type ${typeof value}`;
}

function unreadable(name: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "CLASS_MAP_INVALID",
    `class map not read: ${name}: expected ${expected}, got ${got}`,
    { input: name, cause },
  );
}
