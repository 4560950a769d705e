import { html, type Markup } from "../report/html.js";
import { page } from "../report/page.js";
import { provenanceList } from "../report/provenance.js";
import { counted } from "../report/format.js";
import { plainLabel } from "../results/terminal-table.js";
import type { PcaIndex } from "./pca-index.js";
import { type Spectrum, spectrumOf } from "./spectrum.js";

/** Components of each class that the table shows; `pca show` prints all. */
const SHOWN = 10;

/** report.html of a PCA: the spectrum of every class. @throws ARTEFACT_INVALID */
export async function pcaPage(folder: string, index: PcaIndex): Promise<string> {
  const spectra: Spectrum[] = [];
  for (const { index: one } of index.classes) spectra.push(await spectrumOf(folder, one));
  const classes = counted(spectra.length, "class", "classes");
  return page({
    title: `Neural PCA of ${classes}`,
    body: html`<a class="skip" href="#main">Skip to the classes</a>
<header><p class="kind">Class-wise neural PCA</p><h1>${classes}</h1><p class="about measure">Components are named by their eigen index, from 0, in the order of the variance they hold. &lt;1, v&gt; is what a component weighs in the logit of its class; alpha is an image’s part along it.</p></header>
<nav aria-label="Classes"><ul>${spectra.map((one) => html`<li><a href="#class-${one.class}">${plainLabel(one.label)}</a></li>`)}</ul></nav>
<main id="main">
${spectra.map(section)}
</main>
<footer id="provenance"><h2>Provenance</h2>${provenanceList(provenanceOf(index))}</footer>`,
  });
}

function section(one: Spectrum): Markup {
  const { class: index, label, images, features, rank, components } = one;
  const id = `class-${String(index)}`;
  const shown = components.slice(0, SHOWN);
  const largest = Math.max(...components.map(({ varianceShare }) => varianceShare));
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${plainLabel(label)} <span class="quiet small">class ${index}</span></h2>
<p class="intro small">${counted(images, "training image")}, ${features} features, rank ${rank}; ${counted(components.length, "component")} stored${shown.length < components.length && html`, the first ${shown.length} shown`}.</p>
<div class="scroll" role="region" aria-label="Components of ${plainLabel(label)}" tabindex="0"><table class="doses"><thead><tr><th scope="col" class="n">eigen index</th><th scope="col" class="n">share of variance</th><th scope="col"><span class="hidden">Share drawn</span></th><th scope="col" class="n">eigenvalue</th><th scope="col" class="n">&lt;1, v&gt;</th><th scope="col" class="n">alpha, least to most</th></tr></thead><tbody>${shown.map(
    (row) =>
      html`<tr><th scope="row" class="n">${row.eigenIndex}</th><td class="n">${(row.varianceShare * 100).toFixed(2)} %</td><td><svg width="120" height="10" aria-hidden="true"><path class="val" d="M0 0H${(Math.max(0.01, row.varianceShare / largest) * 120).toFixed(1)}V10H0z"/></svg></td><td class="n">${row.eigenvalue.toPrecision(5)}</td><td class="n">${row.sum.toFixed(3)}</td><td class="n">${row.alphaMin.toFixed(3)} to ${row.alphaMax.toFixed(3)}</td></tr>`,
  )}</tbody></table></div>
</section>
`;
}

/** All of the index but the classes. */
function provenanceOf(index: PcaIndex): Record<string, unknown> {
  const { classes, ...rest } = index;
  return { ...rest, classes: classes.length };
}
