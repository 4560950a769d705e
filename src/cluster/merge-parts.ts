import { mergeEvaluations } from "../evaluation/merge-evaluations.js";
import { mergeEvidence } from "../evidence/evidence-part.js";
import { mergeMines } from "../mining/merge-mines.js";
import type { MineResult } from "../mining/mine-result.js";
import { mergeFixes } from "../mitigation/fit-part.js";
import { mergePcas } from "../pca/merge-pcas.js";
import { readAllParts, readAllPartsOf } from "./all-parts.js";
import type { MergeRequest } from "./merge-request.js";
import { incomplete } from "./part.js";

const MERGERS = {
  eval: mergeEvaluations,
  "pca fit": mergePcas,
  evidence: mergeEvidence,
  "spufix fit": mergeFixes,
  mine: mergeParted,
} as const;

type Mergers = typeof MERGERS;

/** The result of all parts, with the command that made them. */
export type MergedParts = {
  [C in keyof Mergers]: {
    readonly command: C;
    readonly result: Awaited<ReturnType<Mergers[C]>>;
  };
}[keyof Mergers];

/** Parts of mining could be merged before parts described themselves. */
async function mergeParted(request: MergeRequest): Promise<MineResult> {
  const parts = await readAllPartsOf("mine", request.parts);
  return await mergeMines({ ...request, parts: parts.map(({ folder }) => folder) });
}

/**
 * Puts the parts of any command together: the result that one run gives, but for times.
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, DATA_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeParts(request: MergeRequest): Promise<MergedParts> {
  const [first] = await readAllParts(request.parts);
  if (first === undefined) throw incomplete("--", "the folders of all parts", "none");
  const { command } = first.document;
  const merge = MERGERS[command];
  return { command, result: await merge(request) } as MergedParts;
}
