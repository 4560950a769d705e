/**
 * Makes the headers of sortable tables into buttons. Cells with data-v sort by that number, others
 * by their text; a column that is not sorted yet starts from its lowest value. Without the script
 * tables stay as they are written.
 */
export const SORT_SCRIPT = `"use strict";
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const headers = [...table.querySelectorAll("th[data-column]")];
  const sort = (header, direction) => {
    const column = Number(header.dataset.column);
    const key = (row) => {
      const cell = row.cells[column];
      return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent;
    };
    const sign = direction === "ascending" ? 1 : -1;
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));
    const keyed = [...body.rows].map((row) => [key(row), row]);
    keyed.sort(([a], [b]) => sign * compare(a, b));
    body.append(...keyed.map(([, row]) => row));
    for (const other of headers) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
  };
  for (const header of headers) {
    const button = document.createElement("button");
    button.type = "button";
    const label = header.querySelector(".label");
    button.append(...label.childNodes);
    label.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = header.getAttribute("aria-sort") === "ascending";
      sort(header, ascending ? "descending" : "ascending");
    });
  }
}
`;
