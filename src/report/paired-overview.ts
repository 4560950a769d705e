import { plainLabel } from "../results/terminal-table.js";
import { score, signed } from "./format.js";
import { html, type Markup } from "./html.js";
import type { PairedClass } from "./paired-scores.js";
import type { PairNames } from "./paired-summary.js";
import { pairKey, scorePairs } from "./plots/score-pairs.js";

/** Classes named at either end. */
const NAMED = 6;

/** The scores of all classes against each other, with the largest rises and falls in words. */
export function pairedOverview(classes: readonly PairedClass[], names: PairNames): Markup {
  const ascending = [...classes].sort((a, b) => a.difference - b.difference || a.index - b.index);
  const falls = ascending.filter(({ difference }) => difference < 0).slice(0, NAMED);
  const rises = ascending
    .filter(({ difference }) => difference > 0)
    .slice(-NAMED)
    .reverse();
  return html`<div class="beside"><figure>${scorePairs(classes, names)}<figcaption>One mark a class; above the line the score is higher ${names.ofSecond}.</figcaption>${pairKey()}</figure>
<div>${list("Largest rises", rises)}${list("Largest falls", falls)}</div></div>`;
}

function list(title: string, rows: readonly PairedClass[]): Markup {
  const items = rows.map(
    (row) =>
      html`<li><span>${plainLabel(row.label)} <span class="quiet small">${row.index}</span></span><span>${score(row.first)} → ${score(row.second)}</span><b>${signed(row.difference)}</b></li>`,
  );
  return html`<h3>${title}</h3>${rows.length > 0 ? html`<ol class="moved">${items}</ol>` : html`<p class="quiet">None.</p>`}`;
}
