import { stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../results/atomic.js";

/** Among parts: what is at the place of their result may be replaced by a merge of them. */
const MERGE_MARK = ".merge-begun";

/** Whether a merge of these parts has begun, or may replace what is there. */
export async function isMergeMarked(parts: string): Promise<boolean> {
  return (await stat(join(parts, MERGE_MARK)).catch(() => null)) !== null;
}

/** @throws OUTPUT_WRITE_FAILED */
export async function markMerge(parts: string): Promise<void> {
  await writeFileAtomic(join(parts, MERGE_MARK), "");
}
