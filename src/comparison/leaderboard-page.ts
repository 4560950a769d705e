import { range, score } from "../report/format.js";
import { html, Markup } from "../report/html.js";
import { page } from "../report/page.js";
import { inlineFigure } from "../report/plots/figure.js";
import { leaderboardFigure } from "./leaderboard-plot.js";
import type { LeaderboardRow } from "./leaderboard.js";

/** leaderboard.html: the plot and the table, which the page's script sorts by any column. */
export function leaderboardPage(rows: readonly LeaderboardRow[]): string {
  const own = rows.filter(({ source }) => source === "result").length;
  return page({
    title: "Spurious score leaderboard",
    body: html`<a class="skip" href="#main">Skip to the leaderboard</a>
<header><h1>Spurious score leaderboard</h1>
<p class="about measure">${rows.length - own} published models and ${own} ${own === 1 ? "result" : "results"} of one’s own, by mean spurious score (average precision; higher is better). Published scores carry no interval.</p></header>
<main id="main">
<section aria-labelledby="plot-title"><h2 id="plot-title">Accuracy and score</h2>
<figure><div class="scroll" role="region" aria-labelledby="plot-title" tabindex="0">${inlineFigure(leaderboardFigure(rows), PLOT_IN_WORDS)}</div><figcaption>A mark is a model, an arrow leads to the same model after SpuFix; where no accuracy is published, models stand in the column at the right.</figcaption></figure></section>
<section aria-labelledby="table-title"><h2 id="table-title">Models</h2>
<div class="scroll" role="region" aria-labelledby="table-title" tabindex="0">
<table class="ranks" data-sortable>
${HEAD}
<tbody>
${rows.map(line)}
</tbody>
</table>
</div>
${caveats(rows)}</section>
</main>`,
  });
}

const PLOT_IN_WORDS =
  "Scatter of ImageNet accuracy against mean spurious score with an arrow from each model to itself after SpuFix; the table below holds the same numbers.";

const HEAD = html`<thead><tr>${[
  ["Rank", true],
  ["Model", false],
  ["Pretraining", false],
  ["Score", true],
  ["95 % interval", false],
  ["AUROC", true],
  ["Accuracy (%)", true],
  ["Score after SpuFix", true],
  ["Accuracy after SpuFix (%)", true],
].map(
  ([label, numeric], i) =>
    html`<th scope="col" data-column="${i}"${new Markup(numeric === true ? ' class="n"' : "")}${new Markup(i === 0 ? ' aria-sort="ascending"' : "")}><span class="label">${String(label)}</span></th>`,
)}</tr></thead>`;

function caveats(rows: readonly LeaderboardRow[]): Markup | null {
  const noted = rows.filter((row) => row.caveats.length > 0);
  return noted.length === 0
    ? null
    : html`<h3>To be compared with care</h3><ul class="cautions">${noted.map(({ model, caveats: why }) => html`<li><b>${model}</b>: ${why.join(" ")}</li>`)}</ul>`;
}

function line(row: LeaderboardRow, i: number): Markup {
  const name = row.source === "result" ? html`<strong>${row.model}</strong> (here)` : row.model;
  return html`<tr><td class="n" data-v="${i + 1}">${i + 1}</td><th scope="row">${name}</th><td>${row.pretraining ?? "–"}</td>${number(row.score, 3)}<td>${row.scoreCi95 === null ? "–" : range(row.scoreCi95)}</td>${number(row.auroc, 3)}${number(row.accuracy, 1)}${number(row.fixedScore, 3)}${number(row.fixedAccuracy, 1)}</tr>
`;
}

function number(value: number | null, decimals: number): Markup {
  const text = value === null ? "–" : decimals === 3 ? score(value) : value.toFixed(decimals);
  return html`<td class="n" data-v="${value ?? -1}">${text}</td>`;
}
