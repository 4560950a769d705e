import type { ImageRow } from "../../src/scoring/image-row.js";
import { jsonFixture } from "./fixtures.js";

export interface ReferenceClass {
  readonly index: number;
  readonly ap: number;
  readonly auroc: number;
  readonly meanProbVal: number | null;
  readonly meanProbSpurious: number;
  readonly fractionVal: number | null;
  readonly fractionSpurious: number;
  readonly nVal: number;
  readonly nSpurious: number;
}

type ReferenceRow = Pick<ImageRow, "class" | "p" | "predicted" | "predictedProb">;

/** Given probabilities and what the original makes of them. */
export interface ReferenceTable {
  readonly name: string;
  readonly val: readonly ReferenceRow[];
  readonly spurious: readonly ReferenceRow[];
  readonly mean: number;
  readonly joint: number;
  readonly classes: readonly ReferenceClass[];
  readonly text: string;
}

export const TABLES = jsonFixture<{ tables: ReferenceTable[] }>("score/table.json").tables;

/** The rows of a table, with paths that tell them apart. */
export function rowsOf({ val, spurious }: Pick<ReferenceTable, "val" | "spurious">): ImageRow[] {
  const named = (rows: readonly ReferenceRow[], split: "val" | "spurious"): ImageRow[] =>
    rows.map((one, i) => ({ ...one, path: `${split}/${i}.jpg`, split, logit: null }));
  return [...named(val, "val"), ...named(spurious, "spurious")];
}

/** spurious_score.txt with its rows ascending by class: the original's order is that of a set. */
export function sortedText(text: string): string {
  const lines = text.split("\n");
  const rows = lines.slice(4, -1).sort((a, b) => indexOf(a) - indexOf(b));
  return [...lines.slice(0, 4), ...rows, ...lines.slice(-1)].join("\n");
}

function indexOf(line: string): number {
  return Number(line.split("|")[1]);
}
