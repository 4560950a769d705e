/** A class's label as people write it. */
export function plainLabel(label: string): string {
  return label.replaceAll("_", " ");
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/**
 * Lines of a table for a terminal: a header, a rule, the rows. Cells are plain text; `paint` may
 * colour a cell after it has been padded.
 */
export function terminalTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: (text: string, row: number, column: number) => string = (text) => text,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const pad = (text: string, i: number): string =>
    columns[i]?.align === "right" ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  const header = columns.map(({ title }, i) => pad(title, i)).join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const lines = rows.map((row, at) =>
    columns
      .map((_, i) => paint(pad(row[i] ?? "", i), at, i))
      .join("  ")
      .trimEnd(),
  );
  return [header.trimEnd(), rule, ...lines];
}
