import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ImageRow } from "../scoring/image-row.js";
import { EVAL_SCHEMA, type EvalResult } from "./eval-result.js";
import { shapeFault } from "./document-shape.js";
import { EVAL_RESULT_SHAPE } from "./eval-result-shape.js";
import { classesByIndex, readImageTable } from "./images-table.js";
import { parseJson } from "./parse-json.js";
import { resultInvalid } from "./read-document.js";

export interface StoredEvalResult {
  readonly folder: string;
  readonly result: EvalResult;
}

/** result.json of any command's folder. */
export interface ResultDocument {
  readonly folder: string;
  readonly file: string;
  readonly document: object & { readonly schema?: unknown };
}

/**
 * Reads result.json without asking which command wrote it.
 * @param path the folder, or the file in it
 * @throws RESULT_INVALID missing or damaged
 */
export async function readResultDocument(path: string): Promise<ResultDocument> {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  const file = isFile ? path : join(path, "result.json");
  const document = objectIn(file, await readText(file));
  return { folder: isFile ? dirname(file) : path, file, document };
}

/**
 * Reads result.json of an `eval` or `score` folder.
 * @param path the folder, or the file in it
 * @throws RESULT_INVALID missing, damaged, foreign or of another schema
 */
export async function readEvalResult(path: string): Promise<StoredEvalResult> {
  const { folder, file, document } = await readResultDocument(path);
  return { folder, result: asEvalResult(document, file) };
}

/** @throws RESULT_INVALID the document is no whole result of `eval` or `score` */
export function asEvalResult(document: unknown, file: string): EvalResult {
  const { schema } = (document ?? {}) as Partial<EvalResult>;
  if (schema !== EVAL_SCHEMA) {
    throw resultInvalid(file, `schema ${EVAL_SCHEMA}`, JSON.stringify(schema) ?? "none");
  }
  const fault = shapeFault(document, EVAL_RESULT_SHAPE);
  if (fault !== null) throw resultInvalid(file, "a whole result", fault);
  return document as EvalResult;
}

/** The rows of images.csv beside a result, those of classes without a score too. @throws RESULT_INVALID */
export async function readImageRows({
  folder,
}: Pick<StoredEvalResult, "folder">): Promise<ImageRow[]> {
  const file = join(folder, "images.csv");
  const text = await readText(file);
  try {
    return readImageTable(Buffer.from(text), file, classesByIndex).rows;
  } catch (cause) {
    throw resultInvalid(file, "the images of the result", (cause as Error).message, cause);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    throw resultInvalid(file, "a complete result", missing ? "no such file" : message, cause);
  }
}

function objectIn(file: string, text: string): object {
  try {
    const document = parseJson(text);
    if (typeof document === "object" && document !== null) return document;
  } catch (cause) {
    throw resultInvalid(file, "JSON", (cause as Error).message, cause);
  }
  throw resultInvalid(file, "a JSON object", text.slice(0, 20));
}
