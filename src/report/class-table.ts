import type { EvalClass } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import { percent, probability, range, score } from "./format.js";
import { html, type Markup } from "./html.js";
import { featureInWords } from "./names.js";
import { distributions, distributionScale } from "./plots/distributions.js";
import { scoreDot, scoreDotScale } from "./plots/score-dot.js";
import type { ClassImages } from "./strips.js";

/**
 * Every class in a line, lowest score first; the page's script sorts it by any column.
 * @param linked classes that have a section of their own
 */
export function classTable(
  ascending: readonly EvalClass[],
  imagesOf: (index: number) => ClassImages,
  linked: ReadonlySet<number>,
): Markup {
  return html`<div class="scroll" role="region" aria-labelledby="classes-title" tabindex="0">
<table class="classes" data-sortable>
${HEAD}
<tbody>
${ascending.map((row) => line(row, imagesOf(row.index), linked.has(row.index)))}
</tbody>
</table>
</div>`;
}

/** data-column is the place among the cells of a line. */
const HEAD = html`<thead>
<tr><th rowspan="2" scope="col" data-column="0"><span class="label">Class</span></th><th rowspan="2" scope="col" class="n" data-column="1" aria-sort="ascending"><span class="label">Score</span></th><th rowspan="2" scope="col" class="plot">Score, interval<span>tick: chance</span>${scoreDotScale()}</th><th rowspan="2" scope="col" class="plot">Distribution of p<span>val ↑ · spurious ↓</span>${distributionScale()}</th><th colspan="2" scope="colgroup" class="group">Mean p</th><th colspan="2" scope="colgroup" class="group">Predicted as class</th><th rowspan="2" scope="col" class="n" data-column="8"><span class="label">AUROC</span></th><th colspan="2" scope="colgroup" class="group">Images</th></tr>
<tr><th scope="col" class="n" data-column="4"><span class="label">val</span></th><th scope="col" class="n" data-column="5"><span class="label">spurious</span></th><th scope="col" class="n" data-column="6"><span class="label">val</span></th><th scope="col" class="n" data-column="7"><span class="label">spurious</span></th><th scope="col" class="n" data-column="9"><span class="label">val</span></th><th scope="col" class="n" data-column="10"><span class="label">spurious</span></th></tr>
</thead>`;

function line(row: EvalClass, { val, spurious }: ClassImages, linked: boolean): Markup {
  const name = plainLabel(row.label);
  const words = featureInWords(row);
  const ps = (rows: ClassImages["val"]): number[] => rows.map(({ p }) => p);
  return html`<tr id="row-${row.index}"><th scope="row">${linked ? html`<a href="#class-${row.index}">${name}</a>` : name} <span class="quiet small">${row.index}${words === null ? null : html` · ${words}`}</span></th><td class="n main" data-v="${row.ap}">${score(row.ap)}</td><td class="plot" title="${range(row.apCi95)}">${scoreDot(row)}${row.apCi95 && html`<span class="hidden">${range(row.apCi95)}</span>`}</td><td class="plot">${distributions(ps(val), ps(spurious))}</td>${number(row.meanProbVal, probability)}${number(row.meanProbSpurious, probability)}${number(row.fractionVal, percent)}${number(row.fractionSpurious, percent)}${number(row.auroc, score)}${number(row.nVal, String)}${number(row.nSpurious, String)}</tr>
`;
}

function number<T extends number | null>(value: T, format: (value: T) => string): Markup {
  return html`<td class="n" data-v="${value ?? -1}">${format(value)}</td>`;
}
