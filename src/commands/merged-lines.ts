import type { MergedParts } from "../cluster/merge-parts.js";
import type { Style } from "../terminal/style.js";
import { evalLines, warnings } from "./eval-output.js";
import { pcaLines } from "./pca/pca-output.js";

/** The readable result of parts, as that of the command. */
export function mergedLines(merged: MergedParts, style: Style): readonly string[] {
  return merged.command === "eval" ? evalLines(merged.result, style) : pcaLines(merged.result);
}

export function mergedWarnings(merged: MergedParts): readonly string[] {
  return merged.command === "eval" ? warnings(merged.result) : [];
}
