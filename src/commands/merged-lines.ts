import type { MergedParts } from "../cluster/merge-parts.js";
import { counted } from "../report/format.js";
import type { Style } from "../terminal/style.js";
import { evalLines, refuseSkipped, warnings } from "./eval-output.js";
import { evidenceLines } from "./evidence.js";
import { mineLines, mineWarnings, refuseDamaged } from "./mine/mine-output.js";
import { pcaLines } from "./pca/pca-output.js";

/** The readable result of parts, as that of the command. */
export function mergedLines({ command, result }: MergedParts, style: Style): readonly string[] {
  if (command === "eval") return evalLines(result, style);
  if (command === "pca fit") return pcaLines(result);
  if (command === "evidence") return evidenceLines(result);
  if (command === "mine") return mineLines(result);
  return [`directions of ${counted(result.classes.length, "class", "classes")}`];
}

/** What the result is as a document; tensors are in its file. */
export function mergedDocument({ command, result }: MergedParts): unknown {
  if (command !== "spufix fit") return result;
  const { modelSha256, classes } = result;
  return {
    modelSha256,
    classes: classes.map(({ index, eigenIndices }) => ({ index, eigenIndices })),
  };
}

export function mergedWarnings({ command, result }: MergedParts): readonly string[] {
  if (command === "eval") return warnings(result);
  return command === "mine" ? mineWarnings(result) : [];
}

/**
 * Ends a merge as one run of the command ends, once the result is written and printed.
 * @param maxSkipped unreadable images to accept; default: what the parts were told
 * @throws IMAGES_SKIPPED, ARCHIVE_DAMAGED
 */
export function refuseMerged(merged: MergedParts, maxSkipped?: number): void {
  if (merged.command === "eval") refuseSkipped(merged.result, maxSkipped ?? merged.maxSkipped);
  if (merged.command === "mine") refuseDamaged(merged.result);
}
