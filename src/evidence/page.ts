import { counted, probability } from "../report/format.js";
import { html, type Markup } from "../report/html.js";
import { page } from "../report/page.js";
import { plainLabel } from "../results/terminal-table.js";
import type { EvidenceComponent, EvidenceDocument, EvidenceImage } from "./evidence-file.js";

/** index.html of an evidence folder: all classes and components, read by keyboard. */
export function evidencePage(documents: readonly EvidenceDocument[]): string {
  const components = documents.reduce((sum, one) => sum + one.components.length, 0);
  const counts = `${counted(components, "component")} of ${counted(documents.length, "class", "classes")}`;
  return page({
    title: `Evidence for ${counts}`,
    style: STYLE,
    script: SCRIPT,
    files: true,
    body: html`<header>
<h1>Evidence</h1>
<p>${counts}. A component is named by its <strong>eigen index</strong> (place by variance); <strong>rank</strong> is its place by the confidence of its feature attack image. <span class="screen">Keys: <span class="keys"><kbd>j</kbd> <kbd>k</kbd></span> next and previous component, <span class="keys"><kbd>n</kbd> <kbd>p</kbd></span> next and previous class, <kbd>c</kbd> Grad-CAM on and off.</span></p>
<nav aria-label="Classes"><ul>${documents.map((one) => html`<li><a href="#class-${one.class}">${plainLabel(one.label)}</a> <span class="quiet">${one.class}</span></li>`)}</ul></nav>
</header>
<main>
${documents.map(classSection)}
</main>`,
  });
}

function classSection(one: EvidenceDocument): Markup {
  const { attack, cam } = one;
  return html`<section class="class" id="class-${one.class}" tabindex="-1" aria-labelledby="class-${one.class}-title">
<h2 id="class-${one.class}-title">${plainLabel(one.label)} <span class="quiet">class ${one.class}${one.wnid !== one.label && `, ${one.wnid}`}</span></h2>
${one.definition !== null && html`<p>${one.definition}</p>`}
<p class="quiet">${one.images} training images, rank ${one.rank}; ${one.pool.length} components attacked (eps ${attack.eps}, ${attack.steps} steps, seed ${attack.seed}), the ${one.components.length} most confident shown. Grad-CAM ${cam.method}, layer ${cam.layer}.</p>
${spectrum(one)}
${one.components.map((component) => componentSection(one, component))}
</section>
`;
}

function componentSection(one: EvidenceDocument, component: EvidenceComponent): Markup {
  const { eigenIndex, rank, varianceShare, confidence, alpha, trainMax } = component;
  const folder = String(one.class).padStart(3, "0");
  const id = `component-${String(one.class)}-${String(eigenIndex)}`;
  const share = `${(varianceShare * 100).toFixed(1)} %`;
  return html`<article class="component" id="${id}" tabindex="-1" aria-labelledby="${id}-title">
<h3 id="${id}-title">Component ${eigenIndex} <span class="quiet">eigen index ${eigenIndex} · rank ${rank} by attack confidence · ${share} of the variance</span></h3>
<div class="rows">
<figure class="attack"><div class="pair"><img src="${folder}/${component.attackImage}" alt="Feature attack image of component ${eigenIndex}"><img class="cam" src="${folder}/${component.attackCam}" alt="Grad-CAM of alpha over it"></div><figcaption>Feature attack: p ${probability(confidence)}, alpha ${alpha.toFixed(2)} <span class="quiet">(largest in training ${trainMax.toFixed(2)})</span></figcaption></figure>
<div>${strip("Most activating", folder, component.top)}${strip("Least activating", folder, component.least)}</div>
</div>
</article>
`;
}

function strip(title: string, folder: string, images: readonly EvidenceImage[]): Markup {
  return html`<h4>${title}</h4><div class="strip">${images.map(
    (image) =>
      html`<figure><img src="${folder}/${image.image}" loading="lazy" alt="${image.path}" title="${image.path}"><img class="cam" src="${folder}/${image.cam}" loading="lazy" alt="Grad-CAM of alpha over it"><figcaption>alpha ${image.alpha.toFixed(2)} <span class="quiet">p ${probability(image.probability)}</span></figcaption></figure>`,
  )}</div>`;
}

const SPECTRUM = { width: 640, height: 56 };

/** Confidence of every attacked component in the order of eigenvalues; those shown are links. */
function spectrum({ class: index, components, pool }: EvidenceDocument): Markup {
  const { width, height } = SPECTRUM;
  const shown = new Set(components.map(({ eigenIndex }) => eigenIndex));
  const ordered = [...pool].sort((a, b) => a.eigenIndex - b.eigenIndex);
  const step = width / Math.max(1, ordered.length);
  const bars = ordered.map(({ eigenIndex, confidence, rank }, i) => {
    const tall = Math.max(2, confidence * height);
    const name = `Component ${String(eigenIndex)}, rank ${String(rank)}: attack confidence ${probability(confidence)}`;
    const bar = html`<rect class="${shown.has(eigenIndex) ? "shown" : "other"}" x="${(i * step).toFixed(1)}" y="${(height - tall).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${tall.toFixed(1)}"><title>${name}</title></rect>`;
    return shown.has(eigenIndex)
      ? html`<a href="#component-${index}-${eigenIndex}" aria-label="${name}">${bar}</a>`
      : bar;
  });
  return html`<figure class="spectrum"><svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="group" aria-label="Attack confidence by eigen index">${bars}</svg><figcaption class="quiet"><span>eigen index ${ordered[0]?.eigenIndex ?? 0}</span><span class="middle">attack confidence; components shown are links</span><span>${ordered.at(-1)?.eigenIndex ?? 0}</span></figcaption></figure>`;
}

const STYLE = `:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d0d7de;--ground:#fff;--accent:#0969da;--other:#afb8c1}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--ground:#0d1117;--accent:#4493f8;--other:#545d68}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 20px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:26px;margin:0}h2{font-size:22px;margin:40px 0 4px;border-top:1px solid var(--line);padding-top:20px}h3{font-size:17px;margin:28px 0 8px}h4{font-size:13px;margin:0 0 4px}
p{margin:4px 0;max-width:80ch}.quiet{color:var(--soft);font-weight:400;font-size:.9em}
nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;padding:0;list-style:none}
a{color:var(--accent)}kbd{border:1px solid var(--line);border-radius:4px;padding:0 5px;font-size:12px}.keys{white-space:nowrap}
.rows{display:grid;grid-template-columns:minmax(180px,260px) minmax(0,1fr);gap:24px}
.pair,.strip{display:grid;gap:8px}.strip{grid-template-columns:repeat(5,minmax(0,1fr));margin-bottom:14px}
figure{margin:0;position:relative}img{display:block;width:100%;border-radius:4px}
.strip .cam,.pair .cam{margin-top:4px}figcaption{font-size:12.5px;margin-top:3px}
body.no-cam .cam{display:none}
.component:focus{outline:2px solid var(--accent);outline-offset:10px;border-radius:2px}
.component,.class{scroll-margin-top:16px}.class:focus{outline:none}
.spectrum{max-width:640px;margin-top:12px}.spectrum svg{display:block;width:100%;height:56px;border-bottom:1px solid var(--line)}.spectrum .shown{fill:var(--accent)}.spectrum .other{fill:var(--other)}
.spectrum figcaption{display:flex;justify-content:space-between;gap:12px;font-size:12.5px;white-space:nowrap}.spectrum .middle{white-space:normal;text-align:center}
@media (max-width:640px){.rows{grid-template-columns:minmax(0,1fr)}.strip{grid-template-columns:repeat(3,minmax(0,1fr))}.pair{grid-template-columns:1fr 1fr}.pair .cam{margin-top:0}}
@media print{@page{margin:10mm 12mm}body{max-width:none;padding:0;font-size:9pt}nav,.screen{display:none}.component{break-inside:avoid}h2,h3,h4{break-after:avoid}h2+*,h2~.spectrum{break-before:avoid}.rows{grid-template-columns:42mm minmax(0,1fr)}h2{margin-top:16px}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;

const SCRIPT = `"use strict";
const stops = [...document.querySelectorAll(".class, .component")];
const components = stops.filter((one) => one.matches(".component"));
const classes = stops.filter((one) => one.matches(".class"));
let at = -1;
const go = (element) => {
  if (!element) return;
  at = stops.indexOf(element);
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start", behavior: "instant" });
};
addEventListener("focusin", (event) => {
  const stop = event.target.closest(".class, .component");
  if (stop) at = stops.indexOf(stop);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") go(components.find((one) => stops.indexOf(one) > at));
  else if (event.key === "k") go(components.findLast((one) => stops.indexOf(one) < at));
  else if (event.key === "n" || event.key === "p") {
    const here = classes.indexOf(stops[at]?.closest(".class"));
    go(classes[here + (event.key === "n" ? 1 : -1)]);
  } else if (event.key === "c") document.body.classList.toggle("no-cam");
});
`;
