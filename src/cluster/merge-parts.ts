import { SpuriousError } from "../errors.js";
import { mergeEvaluations } from "../evaluation/merge-evaluations.js";
import { mergeEvidence } from "../evidence/evidence-part.js";
import { mergeReadMines } from "../mining/merge-mines.js";
import { mergeFixes } from "../mitigation/fit-part.js";
import { mergePcas } from "../pca/merge-pcas.js";
import { readAllParts } from "./all-parts.js";
import type { MergeRequest, ReadMergeRequest } from "./merge-request.js";
import type { PartCommand } from "./part.js";

const MERGERS = {
  eval: mergeEvaluations,
  "pca fit": alone(mergePcas),
  evidence: alone(mergeEvidence),
  "spufix fit": alone(mergeFixes),
  mine: alone(mergeReadMines),
} as const;

type Mergers = typeof MERGERS;

/** Options that the merge of some commands alone has. */
const FLAGS = { data: "--data", val: "--val", pools: "--pool", copies: "--no-copies" } as const;
type OwnOption = keyof typeof FLAGS;
const TAKEN: Partial<Record<PartCommand, readonly OwnOption[]>> = {
  eval: ["data", "val"],
  mine: ["pools", "copies"],
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

/**
 * Puts the parts of any command together: the result that one run gives, but for times.
 * @throws USAGE_INVALID an option that the merge of their command has not
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, DATA_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeParts(request: MergeRequest): Promise<MergedParts> {
  const parts = await readAllParts(request.parts, request.signal);
  const { command } = parts[0].document;
  requireTaken(command, request);
  const merge = MERGERS[command];
  return { command, ...(await merge({ ...request, parts })) } as MergedParts;
}

function requireTaken(command: PartCommand, request: MergeRequest): void {
  for (const option of Object.keys(FLAGS) as OwnOption[]) {
    if (request[option] === undefined || TAKEN[command]?.includes(option) === true) continue;
    throw new SpuriousError(
      "USAGE_INVALID",
      `merging parts: ${FLAGS[option]}: expected parts of a command that has it, got ${command}`,
    );
  }
}
