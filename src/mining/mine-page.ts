import { counted, count, fileName, probability } from "../report/format.js";
import type { ReportImages } from "../report/eval-report.js";
import { html, type Markup } from "../report/html.js";
import { page } from "../report/page.js";
import { provenanceList } from "../report/provenance.js";
import { plainLabel } from "../results/terminal-table.js";
import type { MinedComponent, MinedTop, MineResult } from "./mine-result.js";

/** Pictures of all components together, and of one at most and at least. */
const PICTURES = 1500;
const MOST = 100;
const LEAST = 8;

/** How many pictures of each component the page shows. */
export function shownPerComponent(components: number): number {
  return Math.max(LEAST, Math.min(MOST, Math.floor(PICTURES / Math.max(1, components))));
}

/** report.html of `mine`: the images of every component as a sheet to look through. */
export function minePage(result: MineResult, images: ReportImages | null): string {
  const { index, label } = result.class;
  const name = plainLabel(label);
  const title = `Images mined for ${name}`;
  return page({
    title,
    body: html`<a class="skip" href="#main">Skip to the images</a>
<header><p class="kind">Images mined for class ${index}</p><h1>${name}</h1><p class="about measure">${summary(result)}</p></header>
<nav aria-label="Components"><ul>${result.components.map(({ eigenIndex }) => html`<li><a href="#component-${eigenIndex}">Component ${eigenIndex}</a></li>`)}</ul></nav>
<main id="main">
${result.components.map((one) => section(one, result, images))}
${notes(result)}
</main>
<footer id="provenance"><h2>Provenance</h2>${provenanceList({ pools: result.pools.map(({ path }) => path), ...result.list, ...result.provenance })}</footer>`,
  });
}

function summary({ counts, components }: MineResult): Markup {
  const { pool, mined, excluded, training, skipped } = counts;
  const left = [
    [excluded, "excluded by their ids"],
    [training, "training images"],
    [skipped, "unreadable"],
  ] as const;
  const why = left.filter(([n]) => n > 0).map(([n, reason]) => `${count(n)} ${reason}`);
  return html`${count(mined)} of ${counted(pool, "image")} ranked by alpha of ${counted(components.length, "component")}${why.length > 0 && html`; left out: ${why.join(", ")}`}. A component is named by its eigen index. The images show what it responds to: whether they show the class is for a person to say.`;
}

function section(one: MinedComponent, result: MineResult, images: ReportImages | null): Markup {
  const { eigenIndex, top, trainMax, nearDuplicates, cutShort } = one;
  const shown = top.slice(0, shownPerComponent(result.components.length));
  const id = `component-${String(eigenIndex)}`;
  const above = top.filter(({ alpha }) => alpha > trainMax).length;
  return html`<section aria-labelledby="${id}" class="mined"><h2 id="${id}">Component ${eigenIndex}</h2>
<p class="intro measure">The ${shown.length < top.length && html`first ${count(shown.length)} of the `}${counted(top.length, "image")} with the largest alpha (α); p is the probability of the class. Largest alpha of a training image: ${trainMax.toFixed(2)}, which ${counted(above, "image")} of the list ${above === 1 ? "exceeds" : "exceed"}. ${nearDuplicates.length > 0 && html`${counted(nearDuplicates.length, "near-duplicate")} passed over. `}${cutShort && "The list is shorter than asked: near-duplicates took the places of other images (raise --candidates)."}</p>
<ul class="tiles">${shown.map((image) => tile(image, images))}</ul>
<details><summary>All ids, best first</summary><ol class="names">${top.map(({ rank, id: name }) => html`<li><span>${rank}</span><span>${name}</span></li>`)}</ol></details>
</section>
`;
}

function tile(image: MinedTop, images: ReportImages | null): Markup {
  const { id, rank, alpha, file } = image;
  const picture =
    file === null ? null : (images?.thumbnailOf({ split: "spurious", path: file }) ?? null);
  const shown =
    picture === null
      ? html`<div class="none">no preview</div>`
      : html`<img class="spurious" src="${picture}" alt="${fileName(id)}" width="96" height="96" loading="lazy" decoding="async">`;
  return html`<li title="${id}">${shown}<p>${rank}. α ${alpha.toFixed(2)}<span class="answer">p ${probability(image.probability)}</span></p></li>`;
}

function notes({ skipped, counts, damaged }: MineResult): Markup | null {
  if (skipped.length === 0 && damaged.length === 0) return null;
  const rest = counts.skipped - skipped.length;
  return html`<section class="notes" aria-labelledby="notes-title"><h2 id="notes-title">Data notes</h2>
${damaged.length > 0 && html`<ul class="cautions">${damaged.map(({ path, message }) => html`<li><b>${path}</b>: ${message}; the images before were used.</li>`)}</ul>`}
${skipped.length > 0 && html`<details><summary>${counted(counts.skipped, "image")} could not be read</summary><ul class="cautions">${skipped.map(({ message }) => html`<li>${message}</li>`)}</ul>${rest > 0 && html`<p>and ${count(rest)} more</p>`}</details>`}</section>`;
}
