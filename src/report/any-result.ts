import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Comparison, COMPARISON_SCHEMA } from "../comparison/compare.js";
import { SpuriousError } from "../errors.js";
import { type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "../mitigation/fix-evaluation.js";
import { EVAL_SCHEMA, type EvalResult } from "../results/eval-result.js";
import {
  asEvalResult,
  readResultDocument,
  type ResultDocument,
} from "../results/read-eval-result.js";

/** What a result folder holds, by the command that made it. */
export type AnyResult =
  /** Of `eval` or `score`. */
  | { readonly kind: "eval"; readonly folder: string; readonly result: EvalResult }
  /** Of `spufix eval`. */
  | { readonly kind: "fix"; readonly folder: string; readonly evaluation: FixEvaluation }
  /** Of `compare --out`. */
  | { readonly kind: "comparison"; readonly folder: string; readonly comparison: Comparison };

/**
 * Reads a result of `eval`, `score`, `spufix eval` or `compare`.
 * @param path the folder, or the document in it
 * @throws RESULT_INVALID missing, damaged, of another command or another schema
 */
export async function readAnyResult(path: string): Promise<AnyResult> {
  const { folder, file, document } = await readDocument(path);
  switch (document.schema) {
    case EVAL_SCHEMA:
      return { kind: "eval", folder, result: asEvalResult(document, file) };
    case SPUFIX_EVAL_SCHEMA: {
      const evaluation = document as FixEvaluation;
      asEvalResult(evaluation.before, file);
      asEvalResult(evaluation.after, file);
      requireFields(evaluation, file, ["difference", "sideEffects", "doseCurve"]);
      return { kind: "fix", folder, evaluation };
    }
    case COMPARISON_SCHEMA: {
      const comparison = document as Comparison;
      requireFields(comparison, file, ["first", "second", "mean", "joint", "classes", "images"]);
      return { kind: "comparison", folder, comparison };
    }
    default: {
      const known = [EVAL_SCHEMA, SPUFIX_EVAL_SCHEMA, COMPARISON_SCHEMA].join(", ");
      throw invalid(file, `schema ${known}`, JSON.stringify(document.schema) ?? "none");
    }
  }
}

/** `compare` names its document after itself. */
async function readDocument(path: string): Promise<ResultDocument> {
  const compared = join(path, "compare.json");
  const [result, comparison] = await Promise.all([
    isThere(join(path, "result.json")),
    isThere(compared),
  ]);
  return readResultDocument(!result && comparison ? compared : path);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function requireFields<T extends object>(document: T, file: string, names: (keyof T & string)[]) {
  const missing = names.find(
    (name) => typeof document[name] !== "object" || document[name] === null,
  );
  if (missing !== undefined) throw invalid(file, `the field ${missing}`, "a document without it");
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "RESULT_INVALID",
    `reading a result: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
