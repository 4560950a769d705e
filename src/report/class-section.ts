import type { EvalClass } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import type { ImageRow } from "../scoring/image-row.js";
import type { ReportImages } from "./eval-report.js";
import { fileName, percent, probability, range, score } from "./format.js";
import { html, type Markup } from "./html.js";
import { featureInWords } from "./names.js";
import { distributions, distributionScale } from "./plots/distributions.js";
import { PLOT_WIDTH, precisionRecallPlot } from "./plots/precision-recall-plot.js";
import { type ClassImages, PICTURES_PER_CLASS } from "./strips.js";

const STRIP_HEIGHT = 64;

/** What sections need besides the class. */
export interface SectionContext {
  readonly images: ReportImages | undefined;
  /** Name of a predicted class by its index. */
  readonly nameOf: (index: number) => string;
}

/** One class: its curve, its distributions, and the pictures that tell most about its score. */
export function classSection(
  row: EvalClass,
  { val, spurious }: ClassImages,
  context: SectionContext,
): Markup {
  return html`<article class="class" id="class-${row.index}" aria-labelledby="class-${row.index}-title">
<header><h3 id="class-${row.index}-title">${plainLabel(row.label)}<span class="quiet">${identity(row)}</span></h3><p class="quiet small"><b>${score(row.ap)}</b> ${row.apCi95 ? range(row.apCi95) : null}</p></header>
<div class="body">
${plots(row, { val, spurious })}
<div class="pictures">
<h4><span class="key spurious">Spurious images it is surest about</span></h4>
${strip(spurious, row.index, context)}
<h4><span class="key">Validation images it is least sure about</span></h4>
${strip(val, row.index, context)}
</div>
</div>
</article>
`;
}

function identity(row: EvalClass): string {
  const { index, wnid, label, components } = row;
  const words = featureInWords(row);
  const parts = [
    `class ${String(index)}`,
    wnid !== String(index) && wnid !== label ? wnid : null,
    components.length === 0
      ? null
      : `${components.length === 1 ? "component" : "components"} ${components.join(", ")}`,
    words === null ? null : `feature: ${words}`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function plots(row: EvalClass, { val, spurious }: ClassImages): Markup {
  const ofVal = val.map(({ p }) => p);
  const ofSpurious = spurious.map(({ p }) => p);
  const fractions =
    row.fractionVal === null
      ? null
      : html` Predicted as the class: ${unbroken(percent(row.fractionVal))} of validation, ${unbroken(percent(row.fractionSpurious))} of spurious images.`;
  return html`<div class="plots"><figure>${precisionRecallPlot(ofVal, ofSpurious, row.ap)}</figure><figure>${distributions(ofVal, ofSpurious, PLOT_WIDTH, STRIP_HEIGHT)}${distributionScale(PLOT_WIDTH)}<figcaption>p of ${row.nVal} validation (above) and ${row.nSpurious} spurious images (below); means ${probability(row.meanProbVal)} and ${probability(row.meanProbSpurious)}.${fractions}</figcaption></figure></div>`;
}

function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function strip(ranked: readonly ImageRow[], index: number, context: SectionContext): Markup {
  const first = ranked.slice(0, PICTURES_PER_CLASS);
  const pictures = first.map((row) => context.images?.thumbnailOf(row) ?? null);
  const answer = ({ predicted }: ImageRow): Markup | null =>
    predicted === null || predicted === index
      ? null
      : html`<span class="answer">says ${context.nameOf(predicted)}</span>`;
  const last = pictures.findLastIndex((picture) => picture !== null);
  if (last === -1) {
    return html`<ol class="names">${first.map((row) => html`<li><span>${probability(row.p)}</span><span>${row.path} ${answer(row)}</span></li>`)}</ol>`;
  }
  const tiles = first.slice(0, last + 1).map((row, i) => {
    const picture = pictures[i] ?? null;
    return html`<li title="${row.path}">${thumbnail(row, picture)}<p>${probability(row.p)} ${answer(row)}</p></li>`;
  });
  return html`<ul class="tiles">${tiles}</ul>`;
}

function thumbnail({ path, split }: ImageRow, picture: string | null): Markup {
  const name = fileName(path);
  return picture === null
    ? html`<div class="none">no preview</div>`
    : html`<img class="${split}" src="${picture}" alt="${name}" width="96" height="96" decoding="async">`;
}
