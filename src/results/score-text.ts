import type { ClassInfo } from "../imagenet/class-info.js";
import type { EvalResult } from "./eval-result.js";
import { cFixed } from "./number-text.js";

const COLUMNS = [
  "Idx",
  "Class",
  "Spurious AUC",
  "Validation Mean Prob",
  "Spurious Mean Prob",
  "Frac Validation labeled as",
  "Frac Spurious labeled as",
] as const;

/**
 * spurious_score.txt: what the original writes, byte for byte, but that rows are ascending by class
 * (the original's follow the iteration order of a Python set). No newline at the end.
 */
export function scoreText(result: EvalResult, infoOf: (index: number) => ClassInfo): string {
  const { mean, joint } = result.score;
  const rows = result.classes.map((row) => [
    String(row.index),
    firstSynonym(infoOf(row.index)),
    cFixed(row.ap, 4),
    cFixed(row.meanProbVal, 4),
    cFixed(row.meanProbSpurious, 4),
    cFixed(row.fractionVal ?? Number.NaN, 4),
    cFixed(row.fractionSpurious ?? Number.NaN, 4),
  ]);
  const title = `Mean SpuriousScore: ${cFixed(mean, 3)} - Joint SpuriousScore: ${cFixed(joint, 3)}`;
  return [title, ...prettyTable(COLUMNS, rows)].join("\n");
}

function firstSynonym({ synonyms }: ClassInfo): string {
  return (synonyms.split(",")[0] ?? "").trim();
}

/** The layout of Python's prettytable. */
function prettyTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell, column) => ` ${centred(cell, widths[column] ?? 0)} `).join("|")}|`;
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+`;
  return [rule, line(header), rule, ...rows.map(line), rule];
}

/** An odd excess leaves the larger part on the right of texts of odd length, else on the left. */
function centred(text: string, width: number): string {
  const excess = width - text.length;
  const half = Math.floor(excess / 2);
  const left = excess % 2 === 1 && text.length % 2 === 0 ? half + 1 : half;
  return " ".repeat(left) + text + " ".repeat(excess - left);
}
