import { readFile } from "node:fs/promises";
import type * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { shapeFault } from "./document-shape.js";
import { parseJson } from "./parse-json.js";

/** How a kind of file words that it is not what it should be: "JSON", "no such file". */
export type Invalid = (
  path: string,
  expected: string,
  got: string,
  cause?: unknown,
) => SpuriousError;

export const resultInvalid: Invalid = (path, expected, got, cause) =>
  new SpuriousError(
    "RESULT_INVALID",
    `reading a result: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause },
  );

/**
 * A JSON document of one schema; its fields are for the caller to check.
 * @returns null where there is no such file
 * @throws what `invalid` makes of a file that is unreadable, damaged, foreign or of another schema
 */
export async function readDocument<T extends { readonly schema: string }>(
  path: string,
  schema: T["schema"],
  invalid: Invalid,
): Promise<Partial<T> | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw invalid(path, "a readable file", message, cause);
  }
  let document: Partial<T> | null;
  try {
    document = parseJson(text) as Partial<T> | null;
  } catch (cause) {
    throw invalid(path, "JSON", (cause as Error).message, cause);
  }
  if (document?.schema === schema) return document;
  throw invalid(path, `schema ${schema}`, JSON.stringify(document?.schema) ?? "none");
}

/** What a document is to be. */
export interface DocumentKind<T extends { readonly schema: string }> {
  readonly schema: T["schema"];
  readonly shape: t.AnyStrictValidator;
  /** Words for the message about one that lacks a field: "a whole index". */
  readonly expected: string;
}

/**
 * A JSON document with its fields checked.
 * @returns null where there is no such file
 * @throws what `invalid` makes of any other file
 */
export async function readShaped<T extends { readonly schema: string }>(
  path: string,
  { schema, shape, expected }: DocumentKind<T>,
  invalid: Invalid,
): Promise<T | null> {
  const document = await readDocument<T>(path, schema, invalid);
  if (document === null) return null;
  const fault = shapeFault(document, shape);
  if (fault !== null) throw invalid(path, expected, fault);
  return document as T;
}

/**
 * The same of a document that has to be there.
 * @throws what `invalid` makes of a file that is missing, too, or that lacks a field
 */
export async function requireDocument<T extends { readonly schema: string }>(
  path: string,
  schema: T["schema"],
  shape: t.AnyStrictValidator,
  invalid: Invalid,
): Promise<T> {
  const kind = { schema, shape, expected: "a whole document" };
  const document = await readShaped<T>(path, kind, invalid);
  if (document !== null) return document;
  throw invalid(path, `a document of schema ${schema}`, "no such file");
}
