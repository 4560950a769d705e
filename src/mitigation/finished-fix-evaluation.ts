import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { finishedEvaluation, otherResult } from "../evaluation/finished-evaluation.js";
import { sha256File } from "../models/sha256.js";
import { parseJson } from "../results/parse-json.js";
import { JOURNAL_NAME } from "../results/result-folder.js";
import type { EvaluateFixRequest } from "./evaluate-fix.js";
import { asFixEvaluation } from "./fix-evaluation-shape.js";
import { type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "./fix-evaluation.js";

/**
 * The result that an earlier `spufix eval` left in a folder, if it is the one that the request would
 * give: what finishedEvaluation asks for, and the same fix, strength and accuracy folder.
 * @returns null where there is no complete result
 * @throws as finishedEvaluation; OUTPUT_EXISTS there is a result of something else
 */
export async function finishedFixEvaluation(
  folder: string,
  request: EvaluateFixRequest,
): Promise<FixEvaluation | null> {
  const read = (name: string): Promise<string | null> =>
    readFile(join(folder, name), "utf8").catch(() => null);
  const text = await read("result.json");
  // With a journal the result is one that a run was replacing.
  if (text === null || (await read(JOURNAL_NAME)) !== null) return null;
  const found = parse(text);
  if (found?.schema !== SPUFIX_EVAL_SCHEMA) {
    throw otherResult(folder, `of schema ${SPUFIX_EVAL_SCHEMA}`, "of another");
  }
  const document = asFixEvaluation(found, join(folder, "result.json"));
  const before = await finishedEvaluation(join(folder, "before"), request);
  if (before === null) return null;
  const { spufix } = document.after.provenance as { spufix?: { sha256?: string } };
  for (const [name, wanted, got] of [
    ["fix", await sha256File(request.fix), spufix?.sha256],
    ["strength", request.strength ?? 1, document.strength],
  ] as const) {
    if (wanted !== got)
      throw otherResult(folder, `with ${name} ${wanted}`, `with ${got ?? "none"}`);
  }
  const root = document.accuracy?.root ?? null;
  if (!isAccuracyOf(root, request.accuracy)) {
    const wanted = `with accuracy of ${request.accuracy ?? "none"}`;
    throw otherResult(folder, wanted, `with ${root ?? "none"}`);
  }
  return document;
}

/** @param root where the pictures were found: the folder given or one below it */
function isAccuracyOf(root: string | null, given: string | undefined): boolean {
  if (root === null || given === undefined) return root === null && given === undefined;
  return `${resolve(root)}${sep}`.startsWith(`${resolve(given)}${sep}`);
}

/** null for what is no JSON: it has no schema either. */
function parse(text: string): FixEvaluation | null {
  try {
    return parseJson(text) as FixEvaluation | null;
  } catch {
    return null;
  }
}
