import { join } from "node:path";
import { SpuriousError } from "../../errors.js";
import { type MergedParts, mergeParts } from "../merge-parts.js";
import { publishedParts, removeAttempts } from "../part-folder.js";
import { PARTS, readPlan } from "./plan-file.js";

/**
 * Merges the parts of a plan into its result, which is replaced: it can be called again.
 * @returns what was merged, and where the result is
 * @throws SHARDS_INCOMPLETE naming the parts that are missing; as mergeParts
 */
export async function mergeSlurm(
  folder: string,
  signal?: AbortSignal,
): Promise<{ readonly merged: MergedParts; readonly out: string }> {
  const { out, tasks } = await readPlan(folder);
  const parts = join(folder, PARTS);
  const done = await publishedParts(parts, tasks);
  const missing = Array.from({ length: tasks }, (_, i) => i + 1).filter((part) => !done.has(part));
  if (missing.length > 0) {
    throw new SpuriousError(
      "SHARDS_INCOMPLETE",
      `merging parts: ${parts}: expected parts 1 to ${String(tasks)}, got all but ${missing.join(", ")}`,
      {
        input: parts,
        hint: `\`slurm status ${folder}\` tells why; \`slurm submit ${folder}\` submits what is missing`,
      },
    );
  }
  const merged = await mergeParts({ parts: [parts], out, force: true, signal });
  await removeAttempts(parts);
  return { merged, out };
}
