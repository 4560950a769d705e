import type { MergedParts } from "../cluster/merge-parts.js";
import type { Style } from "../terminal/style.js";
import { evalLines, warnings } from "./eval-output.js";
import { mineLines, mineWarnings } from "./mine/mine-output.js";
import { pcaLines } from "./pca/pca-output.js";

/** The readable result of parts, as that of the command. */
export function mergedLines(merged: MergedParts, style: Style): readonly string[] {
  if (merged.command === "eval") return evalLines(merged.result, style);
  return merged.command === "mine" ? mineLines(merged.result) : pcaLines(merged.result);
}

export function mergedWarnings(merged: MergedParts): readonly string[] {
  if (merged.command === "eval") return warnings(merged.result);
  return merged.command === "mine" ? mineWarnings(merged.result) : [];
}
