import { csvLine } from "../results/csv.js";
import { escapeLatex } from "../results/latex.js";
import type { Interval } from "../scoring/bootstrap.js";
import { percent, range, score, signed, signedRange } from "./format.js";

export const TABLE_FORMATS = ["latex", "markdown", "csv"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

export type TableCell = string | number | Interval | null;

type Kind = "text" | "score" | "share" | "interval" | "difference" | "differenceInterval";

export interface TableColumn {
  readonly title: string;
  /** In the header of a CSV file; an interval has two columns, `nameLow` and `nameHigh`. */
  readonly name: string;
  readonly kind: Kind;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** A table as text: rounded in LaTeX (booktabs) and Markdown, every digit in CSV. */
export function tableText(table: Table, format: TableFormat): string {
  return WRITERS[format](table);
}

const WRITERS: Readonly<Record<TableFormat, (table: Table) => string>> = { latex, markdown, csv };

function latex({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `  ${cells.map(escapeLatex).join(" & ")} \\\\`;
  const alignment = columns.map(({ kind }) => (isLeft(kind) ? "l" : "r")).join("");
  return `\\begin{tabular}{${alignment}}
  \\toprule
${line(columns.map(({ title }) => title))}
  \\midrule
${rows.map((row) => line(rounded(row, columns))).join("\n")}
  \\bottomrule
\\end{tabular}
`;
}

function markdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/[\\|]/g, "\\$&")).join(" | ")} |`;
  return `${[
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ kind }) => (isLeft(kind) ? ":--" : "--:")).join(" | ")} |`,
    ...rows.map((row) => line(rounded(row, columns))),
  ].join("\n")}\n`;
}

function csv({ columns, rows }: Table): string {
  const isPair = ({ kind }: TableColumn): boolean =>
    kind === "interval" || kind === "differenceInterval";
  const header = columns.flatMap((column) =>
    isPair(column) ? [`${column.name}Low`, `${column.name}High`] : [column.name],
  );
  const lines = rows.map((row) =>
    csvLine(
      columns.flatMap((column, i) => {
        const cell = row[i] ?? null;
        if (typeof cell === "object" && cell !== null) return [...cell];
        return isPair(column) ? [null, null] : [cell];
      }),
    ),
  );
  return `${[csvLine(header), ...lines].join("\n")}\n`;
}

const NONE = "–";

function rounded(row: readonly TableCell[], columns: readonly TableColumn[]): string[] {
  return columns.map(({ kind }, i) => {
    const cell = row[i] ?? null;
    if (cell === null) return kind === "text" ? "" : NONE;
    if (typeof cell === "string") return cell;
    if (typeof cell === "object") {
      return kind === "differenceInterval" ? signedRange(cell) : range(cell);
    }
    return NUMBERS[kind](cell);
  });
}

const NUMBERS: Readonly<Record<Kind, (value: number) => string>> = {
  text: String,
  score,
  share: percent,
  difference: signed,
  interval: score,
  differenceInterval: signed,
};

function isLeft(kind: Kind): boolean {
  return kind === "text";
}
