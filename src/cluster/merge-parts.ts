import { mergeEvaluations } from "../evaluation/merge-evaluations.js";
import { mergeEvidence } from "../evidence/evidence-part.js";
import { mergeMines } from "../mining/merge-mines.js";
import type { MineResult } from "../mining/mine-result.js";
import { mergeFixes } from "../mitigation/fit-part.js";
import { mergePcas } from "../pca/merge-pcas.js";
import { readAllParts } from "./all-parts.js";
import type { MergeRequest, ReadMergeRequest } from "./merge-request.js";

const MERGERS = {
  eval: mergeEvaluations,
  "pca fit": alone(mergePcas),
  evidence: alone(mergeEvidence),
  "spufix fit": alone(mergeFixes),
  mine: alone(mergeParted),
} as const;

type Mergers = typeof MERGERS;

/** The result of all parts, with the command that made them. */
export type MergedParts = {
  [C in keyof Mergers]: { readonly command: C } & Awaited<ReturnType<Mergers[C]>>;
}[keyof Mergers];

/** A result with nothing beside it. */
function alone<R>(merge: (request: ReadMergeRequest) => Promise<R>) {
  return async (request: ReadMergeRequest): Promise<{ readonly result: R }> => ({
    result: await merge(request),
  });
}

/** Parts of mining could be merged before parts described themselves. */
function mergeParted(request: ReadMergeRequest): Promise<MineResult> {
  return mergeMines({ ...request, parts: request.parts.map(({ folder }) => folder) });
}

/**
 * Puts the parts of any command together: the result that one run gives, but for times.
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, DATA_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeParts(request: MergeRequest): Promise<MergedParts> {
  const parts = await readAllParts(request.parts);
  const { command } = parts[0].document;
  const merge = MERGERS[command];
  return { command, ...(await merge({ ...request, parts })) } as MergedParts;
}
