import { SpuriousError } from "../errors.js";
import { mergeEvaluations } from "../evaluation/merge-evaluations.js";
import { mergeEvidence } from "../evidence/evidence-part.js";
import { mergeMines } from "../mining/merge-mines.js";
import type { MineResult } from "../mining/mine-result.js";
import { mergeFixes } from "../mitigation/fit-part.js";
import { mergePcas } from "../pca/merge-pcas.js";
import { readAllParts } from "./all-parts.js";
import type { ImagePlaces, MergeRequest, ReadMergeRequest } from "./merge-request.js";
import type { PartCommand } from "./part.js";

const MERGERS = {
  eval: mergeEvaluations,
  "pca fit": alone(mergePcas),
  evidence: alone(mergeEvidence),
  "spufix fit": alone(mergeFixes),
  mine: alone(mergeParted),
} as const;

type Mergers = typeof MERGERS;

/** What the merge of a command looks at images of; the others look at none. */
const LOOKED_AT: Partial<Record<PartCommand, readonly (keyof ImagePlaces)[]>> = {
  eval: ["data", "val"],
  mine: ["pools"],
};

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
 * @throws USAGE_INVALID a place of images that it does not look at
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, DATA_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeParts(request: MergeRequest): Promise<MergedParts> {
  const parts = await readAllParts(request.parts);
  const { command } = parts[0].document;
  requireLookedAt(command, request);
  const merge = MERGERS[command];
  return { command, ...(await merge({ ...request, parts })) } as MergedParts;
}

function requireLookedAt(command: PartCommand, request: MergeRequest): void {
  const flags = { data: "--data", val: "--val", pools: "--pool" };
  for (const place of ["data", "val", "pools"] as const) {
    if (request[place] === undefined || LOOKED_AT[command]?.includes(place) === true) continue;
    throw new SpuriousError(
      "USAGE_INVALID",
      `merging parts: ${flags[place]}: expected parts of a command that has it, got ${command}`,
    );
  }
}
