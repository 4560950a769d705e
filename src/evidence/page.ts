import { probability } from "../report/format.js";
import { html, Markup } from "../report/html.js";
import { plainLabel } from "../results/terminal-table.js";
import type { EvidenceComponent, EvidenceDocument, EvidenceImage } from "./evidence-file.js";

/** index.html of an evidence folder: all classes and components, read by keyboard. */
export function evidencePage(documents: readonly EvidenceDocument[]): string {
  const components = documents.reduce((sum, one) => sum + one.components.length, 0);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Evidence for ${components} components of ${documents.length} classes</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>Evidence</h1>
<p>${components} components of ${documents.length} ${documents.length === 1 ? "class" : "classes"}. A component is named by its <strong>eigen index</strong> (place by variance); <strong>rank</strong> is its place by the confidence of its feature attack image. Keys: <kbd>j</kbd> <kbd>k</kbd> next and previous component, <kbd>n</kbd> <kbd>p</kbd> next and previous class, <kbd>c</kbd> Grad-CAM on and off.</p>
<nav aria-label="Classes"><ul>${documents.map((one) => html`<li><a href="#class-${one.class}">${plainLabel(one.label)}</a> <span class="quiet">${one.class}</span></li>`)}</ul></nav>
</header>
<main>
${documents.map(classSection)}
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

function classSection(one: EvidenceDocument): Markup {
  const { attack, cam } = one;
  return html`<section class="class" id="class-${one.class}" tabindex="-1" aria-labelledby="class-${one.class}-title">
<h2 id="class-${one.class}-title">${plainLabel(one.label)} <span class="quiet">class ${one.class}, ${one.wnid}</span></h2>
<p>${one.definition ?? one.synonyms}</p>
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

const SPECTRUM = { width: 640, height: 72, bottom: 14 };

/** Confidence of every attacked component in the order of eigenvalues; those shown are links. */
function spectrum({ class: index, components, pool }: EvidenceDocument): Markup {
  const { width, height, bottom } = SPECTRUM;
  const shown = new Set(components.map(({ eigenIndex }) => eigenIndex));
  const ordered = [...pool].sort((a, b) => a.eigenIndex - b.eigenIndex);
  const step = width / Math.max(1, ordered.length);
  const bars = ordered.map(({ eigenIndex, confidence, rank }, i) => {
    const tall = Math.max(2, confidence * (height - bottom - 4));
    const bar = html`<rect class="${shown.has(eigenIndex) ? "shown" : "other"}" x="${(i * step).toFixed(1)}" y="${(height - bottom - tall).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${tall.toFixed(1)}"><title>eigen index ${eigenIndex}, rank ${rank}: attack confidence ${probability(confidence)}</title></rect>`;
    return shown.has(eigenIndex)
      ? html`<a href="#component-${index}-${eigenIndex}">${bar}</a>`
      : bar;
  });
  return html`<svg class="spectrum" viewBox="0 0 ${width} ${height}" role="img" aria-label="Attack confidence of the ${ordered.length} leading components by eigen index.">${bars}<text x="0" y="${height - 2}">eigen index 0</text><text x="${width}" y="${height - 2}" text-anchor="end">${ordered.at(-1)?.eigenIndex ?? 0}</text></svg>`;
}

const STYLE = `:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d0d7de;--ground:#fff;--accent:#0969da;--other:#afb8c1}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--ground:#0d1117;--accent:#4493f8;--other:#545d68}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 20px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:26px;margin:0}h2{font-size:22px;margin:40px 0 4px;border-top:1px solid var(--line);padding-top:20px}h3{font-size:17px;margin:28px 0 8px}h4{font-size:13px;margin:0 0 4px}
p{margin:4px 0;max-width:80ch}.quiet{color:var(--soft);font-weight:400;font-size:.9em}
nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;padding:0;list-style:none}
a{color:var(--accent)}kbd{border:1px solid var(--line);border-radius:4px;padding:0 5px;font-size:12px}
.rows{display:grid;grid-template-columns:minmax(180px,260px) 1fr;gap:24px}
.pair,.strip{display:grid;gap:8px}.strip{grid-template-columns:repeat(auto-fit,minmax(104px,1fr));margin-bottom:14px}
figure{margin:0;position:relative}img{display:block;width:100%;border-radius:4px}
.strip .cam,.pair .cam{margin-top:4px}figcaption{font-size:12.5px;margin-top:3px}
body.no-cam .cam{display:none}
.component:target,.component:focus{outline:2px solid var(--accent);outline-offset:10px;border-radius:2px}
.class:focus{outline:none}
.spectrum{width:100%;max-width:640px;margin-top:8px}.spectrum .shown{fill:var(--accent)}.spectrum .other{fill:var(--other)}.spectrum text{font-size:10px;fill:var(--soft)}
@media (max-width:640px){.rows{grid-template-columns:1fr}}
@media print{nav,kbd{display:none}.component{break-inside:avoid}}`;

const SCRIPT = `"use strict";
const components = [...document.querySelectorAll(".component")];
const classes = [...document.querySelectorAll(".class")];
let at = -1;
const go = (element) => {
  if (!element) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "start", behavior: "instant" });
};
const classOf = (component) => classes.indexOf(component.closest(".class"));
addEventListener("focusin", (event) => {
  const component = event.target.closest(".component");
  if (component) at = components.indexOf(component);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const turn = { j: 1, k: -1 }[event.key];
  const leap = { n: 1, p: -1 }[event.key];
  if (turn) {
    at = Math.max(0, Math.min(components.length - 1, at + turn));
    go(components[at]);
  } else if (leap && classes.length > 0) {
    const from = at < 0 ? (leap > 0 ? -1 : 0) : classOf(components[at]);
    const target = classes[Math.max(0, Math.min(classes.length - 1, from + leap))];
    at = components.indexOf(target.querySelector(".component"));
    go(target);
  } else if (event.key === "c") {
    document.body.classList.toggle("no-cam");
  }
});
`;
