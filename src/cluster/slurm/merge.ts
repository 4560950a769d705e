import { SpuriousError } from "../../errors.js";
import { isMergeMarked, markMerge } from "../merge-mark.js";
import { type MergedParts, mergeParts } from "../merge-parts.js";
import type { MergeRequest } from "../merge-request.js";
import { publishedParts, removeAttempts } from "../part-folder.js";
import { missingParts } from "../shard.js";
import { partsOf, readPlan } from "./plan-file.js";
import { refuseTaken } from "./taken.js";

/**
 * Merges the parts of a plan into its result. It can be called again and replaces what it made, but
 * nothing else unless the planned command says `--force`.
 * @returns what was merged, and where the result is
 * @throws SHARDS_INCOMPLETE naming the parts that are missing; OUTPUT_EXISTS; as mergeParts
 */
export async function mergeSlurm(
  folder: string,
  request: Omit<MergeRequest, "parts" | "out" | "force"> = {},
): Promise<{ readonly merged: MergedParts; readonly out: string }> {
  const plan = await readPlan(folder);
  const { out, tasks, replacesOut } = plan;
  const parts = partsOf(folder, plan);
  const done = await publishedParts(parts, tasks);
  const missing = missingParts(tasks, done);
  if (missing !== null) {
    throw new SpuriousError(
      "SHARDS_INCOMPLETE",
      `merging parts: ${parts}: expected parts 1 to ${String(tasks)}, got all but ${missing}`,
      {
        input: parts,
        hint: `\`slurm status ${folder}\` tells why; \`slurm submit ${folder}\` submits what is missing`,
      },
    );
  }
  if (!replacesOut && !(await isMergeMarked(parts))) {
    await refuseTaken(out);
    await markMerge(parts);
  }
  const merged = await mergeParts({ parts: [parts], out, force: true, ...request });
  await removeAttempts(parts);
  return { merged, out };
}
