/** One line of a CSV file, without its end. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells.map(csvCell).join(",");
}

/** null is an empty cell; numbers read back exactly. */
function csvCell(cell: string | number | null): string {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
