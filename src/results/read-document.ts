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

/**
 * A JSON document that has to be there, with its fields checked.
 * @throws what `invalid` makes of a file that is missing, too, or that lacks a field
 */
export async function requireDocument<T extends { readonly schema: string }>(
  path: string,
  schema: T["schema"],
  shape: t.AnyStrictValidator,
  invalid: Invalid,
): Promise<T> {
  const document = await readDocument<T>(path, schema, invalid);
  if (document === null) throw invalid(path, `a document of schema ${schema}`, "no such file");
  const fault = shapeFault(document, shape);
  if (fault !== null) throw invalid(path, "a whole document", fault);
  return document as T;
}
