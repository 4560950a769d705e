import { plainLabel } from "../results/terminal-table.js";
import { counted, probability, score, signed, signedRange } from "../report/format.js";
import { html, type Markup } from "../report/html.js";
import { modelName } from "../report/names.js";
import { page } from "../report/page.js";
import { pairedOverview } from "../report/paired-overview.js";
import type { PairedClass, PairedNumber } from "../report/paired-scores.js";
import { pairedSummary } from "../report/paired-summary.js";
import { pairedTable } from "../report/paired-table.js";
import { provenanceList } from "../report/provenance.js";
import type { ChangedPictures } from "./changed-pictures.js";
import type { ChangedImage, Comparison } from "./compare.js";

const NAMES = { first: "A", second: "B", ofFirst: "for A", ofSecond: "for B" };

const SECTIONS: readonly (readonly [string, string])[] = [
  ["summary", "Summary"],
  ["overview", "Class against class"],
  ["classes", "Classes"],
  ["images", "Images"],
  ["provenance", "Provenance"],
];

/** compare.html: two results in one file that opens offline. */
export function comparePage(comparison: Comparison, pictures: ChangedPictures): string {
  const { first, second } = comparison;
  const classes = comparison.classes.map(
    (row): ComparedRow => ({ ...row, difference: row.ap, ci95: row.apCi95 }),
  );
  return page({
    title: `${modelName(first)} and ${modelName(second)} compared`,
    body: html`${header(comparison)}
<main id="main">
<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
${pairedSummary(NAMES, overall(comparison, "mean"), overall(comparison, "joint"), classes)}
${areas(comparison)}
</section>
<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Class against class</h2>
${pairedOverview(classes, NAMES)}
</section>
<section id="classes" aria-labelledby="classes-title">
<h2 id="classes-title">Classes</h2>
<p class="intro small measure">Differences are B less A, largest fall first. Intervals are of a paired bootstrap: what both models have in common on an image cancels.</p>
${pairedTable(classes, NAMES, "classes-title", [
  { title: "AUROC", of: (row) => [row.firstAuroc, row.secondAuroc], format: score },
])}
</section>
${imagesSection(comparison, pictures)}
</main>
<footer id="provenance"><h2>Provenance</h2>
<p class="small quiet measure">Of both results, as in compare.json (${comparison.schema}).</p>
<h3>A</h3>${provenanceList(first.provenance)}
<h3>B</h3>${provenanceList(second.provenance)}</footer>`,
  });
}

type ComparedRow = Comparison["classes"][number] & PairedClass;

function overall(comparison: Comparison, name: "mean" | "joint"): PairedNumber {
  const { first, second } = comparison;
  const { ap, apCi95 } = comparison[name];
  return { first: first.score[name], second: second.score[name], difference: ap, ci95: apCi95 };
}

function header({ first, second }: Comparison): Markup {
  const line = (name: string, { folder }: Comparison["first"]): Markup =>
    html`<dt>${name}</dt><dd>${modelName(name === "A" ? first : second)} <span class="quiet small">${folder}</span></dd>`;
  return html`<a class="skip" href="#main">Skip to the comparison</a>
<header><p class="kind">Spurious scores compared</p><h1>${modelName(first)} and ${modelName(second)}</h1><dl class="sides">${line("A", first)}${line("B", second)}</dl></header>
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

function areas({ first, second, mean, joint }: Comparison): Markup {
  const part = (name: "mean" | "joint", { auroc, aurocCi95 }: Comparison["mean"]): Markup =>
    html`${name} ${score(first.auroc[name])} and ${score(second.auroc[name])}, difference ${signed(auroc)}${aurocCi95 && html` (95 % interval ${signedRange(aurocCi95)})`}`;
  return html`<p class="measure small quiet">Area under the ROC curve, another measure: ${part("mean", mean)}; ${part("joint", joint)}.</p>`;
}

function imagesSection({ images, classes }: Comparison, pictures: ChangedPictures): Markup {
  const labels = new Map(classes.map(({ index, label }) => [index, plainLabel(label)]));
  const labelOf = (image: ChangedImage): string =>
    labels.get(image.class) ?? `class ${String(image.class)}`;
  const gone = new Set(pictures.gone);
  const shown = images.filter((image) => !gone.has(image));
  return html`<section id="images" aria-labelledby="images-title">
<h2 id="images-title">Images that changed most</h2>
<p class="intro small measure">${imagesInWords(images, pictures)}</p>
${shown.length > 0 && html`<ul class="tiles changed">${shown.map((image) => tile(image, labelOf(image), pictures))}</ul>`}
${gone.size > 0 && html`<h3>Not found</h3><p class="small quiet measure">${counted(gone.size, "image is", "images are")} in neither of the data folders that the results name (see Provenance).</p><ol class="names changed">${pictures.gone.map((image) => name(image, labelOf(image)))}</ol>`}
</section>`;
}

function imagesInWords(images: readonly ChangedImage[], { gone }: ChangedPictures): string {
  if (images.length === 0) return "No image has another probability.";
  const which = `The ${counted(images.length, "image")} whose p, the probability of its class, changed most`;
  return gone.length === images.length
    ? `${which}.`
    : `${which}; under each picture p in A → p in B. A ring marks spurious images, a square validation images.`;
}

function change({ first, second }: ChangedImage): string {
  return `${probability(first)} → ${probability(second)}`;
}

function tile(image: ChangedImage, label: string, pictures: ChangedPictures): Markup {
  const picture = pictures.thumbnailOf(image);
  const shown =
    picture === null
      ? html`<div class="none">no preview</div>`
      : html`<img class="${image.split}" src="${picture}" alt="${kindOf(image)} of ${label}" width="96" height="96" decoding="async">`;
  return html`<li title="${image.path}">${shown}<p><span class="${keyClass(image)}">${change(image)}</span> <span class="answer">${label}</span></p></li>`;
}

function name(image: ChangedImage, label: string): Markup {
  return html`<li><span>${change(image)}</span><span>${image.path} <span class="answer">${kindOf(image)} of ${label}</span></span></li>`;
}

function kindOf({ split }: ChangedImage): string {
  return split === "val" ? "validation image" : "spurious image";
}

function keyClass({ split }: ChangedImage): string {
  return split === "val" ? "key" : "key spurious";
}
