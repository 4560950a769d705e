import { csvLine } from "./csv.js";
import type { EvalClass } from "./eval-result.js";

const COLUMNS = {
  index: (row) => row.index,
  wnid: (row) => row.wnid,
  label: (row) => row.label,
  components: (row) => row.components.join(" "),
  ap: (row) => row.ap,
  apCi95Low: (row) => row.apCi95?.[0] ?? null,
  apCi95High: (row) => row.apCi95?.[1] ?? null,
  auroc: (row) => row.auroc,
  aurocCi95Low: (row) => row.aurocCi95?.[0] ?? null,
  aurocCi95High: (row) => row.aurocCi95?.[1] ?? null,
  meanProbVal: (row) => row.meanProbVal,
  meanProbSpurious: (row) => row.meanProbSpurious,
  fractionVal: (row) => row.fractionVal,
  fractionSpurious: (row) => row.fractionSpurious,
  nVal: (row) => row.nVal,
  nSpurious: (row) => row.nSpurious,
  tiedPairs: (row) => row.tiedPairs,
} satisfies Record<string, (row: EvalClass) => string | number | null>;

/** classes.csv: one line per class. */
export function classesCsv(classes: readonly EvalClass[]): string {
  const columns = Object.values(COLUMNS);
  const lines = classes.map((row) => csvLine(columns.map((cell) => cell(row))));
  return `${[csvLine(Object.keys(COLUMNS)), ...lines].join("\n")}\n`;
}
