import { plainLabel } from "../results/terminal-table.js";
import { score, signed, signedRange } from "./format.js";
import { html, type Markup } from "./html.js";
import type { PairedClass } from "./paired-scores.js";
import type { PairNames } from "./paired-summary.js";
import { DifferenceScale } from "./plots/difference-dot.js";

/** Columns that a page adds to the scores: two each, of the first and the second result. */
export interface PairedColumn<T> {
  readonly title: string;
  readonly of: (row: T) => readonly [number | null, number | null];
  readonly format: (value: number) => string;
}

/** Cells before the added columns: class, first, second, difference, plot. */
const FIXED_CELLS = 5;

/**
 * Every class in a line, the largest fall first; the page's script sorts it by any column.
 * @param labelledBy id of the heading
 */
export function pairedTable<T extends PairedClass>(
  rows: readonly T[],
  names: PairNames,
  labelledBy: string,
  more: readonly PairedColumn<T>[] = [],
): Markup {
  const scale = new DifferenceScale(rows);
  const ascending = [...rows].sort((a, b) => a.difference - b.difference || a.index - b.index);
  return html`<div class="scroll" role="region" aria-labelledby="${labelledBy}" tabindex="0">
<table class="classes paired" data-sortable>
${head(names, scale, more)}
<tbody>
${ascending.map((row) => line(row, scale, more))}
</tbody>
</table>
</div>`;
}

function head<T>(
  { first, second }: PairNames,
  scale: DifferenceScale,
  more: readonly PairedColumn<T>[],
): Markup {
  const spans = more.length > 0 ? html` rowspan="2"` : null;
  const groups = more.map(
    ({ title }) => html`<th colspan="2" scope="colgroup" class="group">${title}</th>`,
  );
  const below = more.flatMap((_, i) =>
    [first, second].map((name, side) => numberHead(name, FIXED_CELLS + 2 * i + side, null)),
  );
  return html`<thead>
<tr><th${spans} scope="col" data-column="0"><span class="label">Class</span></th>${numberHead(first, 1, spans)}${numberHead(second, 2, spans)}<th${spans} scope="col" class="n" data-column="3" aria-sort="ascending"><span class="label">Difference</span></th><th${spans} scope="col" class="plot">Difference, 95 % interval${scale.header()}</th>${groups}</tr>
${below.length > 0 && html`<tr>${below}</tr>`}
</thead>`;
}

function numberHead(name: string, column: number, spans: Markup | null): Markup {
  return html`<th${spans} scope="col" class="n" data-column="${column}"><span class="label">${name}</span></th>`;
}

function line<T extends PairedClass>(
  row: T,
  scale: DifferenceScale,
  more: readonly PairedColumn<T>[],
): Markup {
  const interval = signedRange(row.ci95);
  const added = more.flatMap(({ of, format }) => of(row).map((value) => number(value, format)));
  return html`<tr id="row-${row.index}"><th scope="row">${plainLabel(row.label)} <span class="quiet small">${row.index}</span></th>${number(row.first, score)}${number(row.second, score)}<td class="n main" data-v="${row.difference}">${signed(row.difference)}</td><td class="plot" title="${interval}">${scale.dot(row)}${row.ci95 && html`<span class="hidden">${interval}</span>`}</td>${added}</tr>
`;
}

function number(value: number | null, format: (value: number) => string): Markup {
  return html`<td class="n" data-v="${value ?? -1}">${value === null ? "–" : format(value)}</td>`;
}
