/**
 * The style sheet of every page. Blue and orange are told apart by all common kinds of colour
 * vision; whatever they say is also said by place, shape or words.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fff; --panel: #f5f6f8; --ink: #1a1d21; --quiet: #59616b; --line: #dde1e6; --grid: #e8ebee;
  --val: #0b67a8; --spurious: #b9500b; --area: #0b67a81f; --focus: #0b67a8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --panel: #1d2126; --ink: #e7eaed; --quiet: #a1aab4; --line: #343b43; --grid: #272d34;
    --val: #6db8f2; --spurious: #f0a066; --area: #6db8f22b; --focus: #6db8f2;
  }
  .figure .point { filter: brightness(1.4); }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
body > * { max-width: 74rem; margin-inline: auto; padding-inline: 1.5rem; }
h1, h2, h3, h4, p, figure, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; font-weight: 650; }
h2 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -.01em; font-weight: 650; }
h3 { font-size: 1.125rem; line-height: 1.3; font-weight: 650; }
h4 { font-size: .8125rem; font-weight: 600; }
a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: .18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); }
.small { font-size: .875rem; }
.measure { max-width: 44rem; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .5rem .75rem; z-index: 3; }

body > header { padding-top: 3rem; }
.kind { font-size: .875rem; color: var(--quiet); margin-bottom: .25rem; }
.about { color: var(--quiet); margin-top: .5rem; }
nav { padding-block: 1.5rem 0; font-size: .875rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; border-bottom: 1px solid var(--line); padding-bottom: .75rem; }
main > section { padding-top: 3rem; }
main > section:first-child { padding-top: 2rem; }
main > section > h2 + *, body > footer > h2 + * { margin-top: .5rem; }
main > section > .intro { margin-bottom: 1.25rem; color: var(--quiet); }

.numbers { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.25rem; margin-bottom: 1.5rem; }
main > section > h2 + .numbers { margin-top: 1rem; }
.numbers section { display: flex; flex-direction: column; background: var(--panel); border-radius: .625rem; padding: 1.25rem 1.5rem 1.375rem; }
.numbers h3 { font-size: .9375rem; }
.numbers .small { color: var(--quiet); }
.pair { display: flex; flex-wrap: wrap; gap: 1rem 3.5rem; margin-top: auto; padding-top: 1rem; }
.pair dt { font-size: .875rem; color: var(--quiet); }
.big { font-size: 3rem; line-height: 1.1; font-weight: 650; letter-spacing: -.03em; }
.second { font-size: 1.75rem; line-height: 1.1; font-weight: 600; letter-spacing: -.02em; }
.pair > div { display: flex; flex-direction: column; justify-content: flex-end; }
.pair dd + dd { font-size: .875rem; color: var(--quiet); margin-top: .25rem; }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; list-style: none; margin-top: 1rem; font-size: .9375rem; }
.place-title { margin-top: 2rem; }
.place-title ~ figure { margin-top: 1rem; }

svg { display: block; overflow: visible; }
svg text { fill: var(--quiet); font-size: 11.5px; font-weight: 400; }
.axis { stroke: var(--line); fill: none; }
.grid { stroke: var(--grid); }
.chance { stroke: var(--quiet); fill: none; stroke-dasharray: 2 2; }
.dot .chance { stroke-dasharray: none; }
.ci { stroke: var(--val); stroke-width: 2; opacity: .5; fill: none; }
circle.score { fill: var(--val); }
path.val { fill: var(--val); }
path.spurious { fill: var(--spurious); }
.curve { fill: none; stroke: var(--val); stroke-width: 1.75; }
.area { fill: var(--area); }
.mean { stroke: var(--ink); }
svg .mean-text, svg .here-text { fill: var(--ink); font-weight: 600; font-size: 12.5px; }
svg .mean-text { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.overview { margin: .5rem 0 0 30px; width: calc(100% - 30px); }
.overview.large circle { r: 5.5px; }
.overview.medium circle { r: 4.5px; }
.overview.small circle { r: 2.5px; }
.overview.small .ci { stroke-width: 1; }
.overview a:hover circle { fill: var(--spurious); }
.overview .name { font-size: 11.5px; }
.model { fill: var(--quiet); fill-opacity: .6; }
svg .lane { fill: var(--ink); font-size: 13px; }
.band { fill: var(--val); fill-opacity: .16; }
.here { stroke: var(--val); stroke-width: 2; }
figcaption { font-size: .875rem; color: var(--quiet); margin-top: .5rem; }

.figure { width: 100%; min-width: 44rem; height: auto; margin-top: 1rem; }
.arrow { stroke: var(--quiet); }
.own { stroke: var(--ink); }
.own-dot { fill: var(--ink); }
svg .own-name { fill: var(--ink); stroke: var(--ground); font-weight: 600; font-size: 12.5px; }
svg .axis-name { fill: var(--ink); font-size: 12.5px; }

.sides { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .125rem .75rem; margin-top: .75rem; }
.sides dt { font-weight: 650; }
.sides dd { overflow-wrap: anywhere; }
.beside { display: grid; grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); gap: 1.5rem 3rem; margin-top: 1rem; align-items: start; }
.beside.even { grid-template-columns: repeat(2, minmax(0, 1fr)); margin-bottom: 1.5rem; }
.beside h3 { font-size: 1rem; }
.beside .moved + h3 { margin-top: 1.5rem; }
.pairs, .dose { width: 100%; height: auto; }
.same { stroke: var(--quiet); stroke-dasharray: 4 4; fill: none; }
.pair-mark { fill: var(--quiet); fill-opacity: .75; }
.pair-mark.rise { fill: var(--val); fill-opacity: .9; }
.pair-mark.fall { fill: var(--spurious); fill-opacity: .9; }
.pair-key { list-style: none; display: flex; flex-wrap: wrap; gap: .125rem 1.25rem; margin-top: .375rem; font-size: .875rem; }
.pair-key li { display: flex; align-items: center; gap: .4em; }
.moved { list-style: none; font-size: .9375rem; margin-top: .25rem; }
.moved li { display: grid; grid-template-columns: minmax(0, 1fr) auto 4rem; gap: 1rem; padding-block: .2rem; border-top: 1px solid var(--grid); }
.moved li:first-child { border-top: 0; }
.moved b { text-align: right; font-weight: 650; }
.dot.fall .ci { stroke: var(--spurious); }
.dot.fall circle { fill: var(--spurious); }
.dot.unsure .ci { stroke: var(--quiet); }
.dot.unsure circle { fill: var(--quiet); }
.dose-line path { fill: none; stroke: var(--val); stroke-width: 2; }
.dose-line circle { fill: var(--val); }
.dose-line.dashed path { stroke: var(--spurious); stroke-dasharray: 6 4; }
.dose-line.dashed circle { fill: var(--ground); stroke: var(--spurious); stroke-width: 1.75; }
.marked { stroke: var(--quiet); stroke-dasharray: 3 3; }
svg .dose-name { fill: var(--ink); font-size: 12.5px; }
.doses td, .doses th { padding-inline: 0 2.5rem; }
.doses th[scope="row"] { font-weight: 400; }
.ranks { width: 100%; }
.scroll:has(.ranks) + h3 { margin-top: 2rem; }
.cautions { list-style: none; font-size: .875rem; margin-top: .5rem; }
.ranks tbody th { font-weight: 400; min-width: 11rem; overflow-wrap: anywhere; }
.ranks tbody tr:hover > * { background: var(--panel); }
.scroll { position: relative; overflow-x: auto; margin-inline: -1.5rem; padding-inline: 1.5rem; }
table { border-collapse: separate; border-spacing: 0; font-size: .875rem; line-height: 1.35; }
caption { text-align: left; color: var(--quiet); padding-bottom: .75rem; }
th { text-align: left; font-weight: 600; }
td, th { padding: .3rem .5rem; vertical-align: middle; }
td:first-child, th:first-child { padding-left: 0; }
tbody :is(td, th) { border-top: 1px solid var(--grid); }
thead th { vertical-align: bottom; padding-block: .25rem; line-height: 1.25; }
.classes { width: 100%; }
.classes tbody tr:first-child > * { border-top-color: var(--quiet); }
.n { text-align: right; white-space: nowrap; }
.classes thead .plot span { display: block; font-weight: 400; color: var(--quiet); }
.classes .group { text-align: center; padding-bottom: 0; }
.classes tbody th { font-weight: 400; min-width: 9.5rem; background: var(--ground); }
.classes tbody th .small { display: block; font-size: .8125rem; }
.classes .main { font-weight: 650; font-size: 1rem; }
.classes .plot { width: 160px; }
.classes .plot svg { margin-inline: auto; }
.classes tbody tr:hover, .classes tbody tr:hover th { background: var(--panel); }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; margin: 0; text-align: inherit; cursor: pointer; }
th button::after { content: "\\2195"; color: var(--quiet); margin-left: .3em; font-weight: 400; }
th.n button { display: inline-flex; flex-direction: row-reverse; }
th.n button::after { margin: 0 .3em 0 0; }
th[aria-sort="ascending"] button::after { content: "\\2191"; color: var(--ink); font-weight: 700; }
th[aria-sort="descending"] button::after { content: "\\2193"; color: var(--ink); font-weight: 700; }
th button:hover { text-decoration: underline; text-underline-offset: .18em; }

.class { border-top: 1px solid var(--line); padding-block: 1.25rem 1.5rem; content-visibility: auto; contain-intrinsic-size: auto 26rem; }
.class header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .125rem 1.5rem; margin-bottom: .875rem; }
.class h3 .quiet { font-weight: 400; font-size: .875rem; margin-left: .5rem; }
.class header p b { color: var(--ink); font-size: 1.125rem; font-weight: 650; margin-right: .25rem; }
.class .body { display: grid; grid-template-columns: 172px minmax(0, 1fr); gap: 1.25rem 2.5rem; }
.plots figure { width: 172px; }
.plots { display: flex; flex-direction: column; gap: 1rem; }
.plots figcaption { font-size: .75rem; line-height: 1.35; margin-top: .25rem; }
.pictures h4 + ul, .pictures h4 + ol, .pictures h4 + p { margin-top: .375rem; }
.pictures > * + h4 { margin-top: 1rem; }
.key { break-after: avoid; }
.key::before { content: ""; display: inline-block; width: .625em; height: .625em; border-radius: 2px; margin-right: .5em; background: var(--val); }
.key.spurious::before { background: none; box-shadow: inset 0 0 0 2.5px var(--spurious); border-radius: 50%; }
.tiles { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, 96px); gap: .625rem .625rem; }
.tiles img, .tiles .none { width: 96px; height: 96px; border-radius: 4px; background: var(--panel); display: block; object-fit: contain; }
.tiles img.val { object-fit: cover; }
.tiles .none { display: grid; place-items: center; text-align: center; font-size: .75rem; color: var(--quiet); padding: .25rem; border: 1px dashed var(--line); }
.tiles p { font-size: .8125rem; line-height: 1.3; margin-top: .25rem; }
.tiles .answer { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-size: .75rem; color: var(--quiet); }
.names { list-style: none; font-size: .8125rem; }
.names li { display: grid; grid-template-columns: 3.25rem minmax(0, 1fr); padding-block: .0625rem; }
.names.changed li { grid-template-columns: 8.5rem minmax(0, 1fr); }
.names.changed { margin-top: .5rem; overflow-wrap: anywhere; }
.tiles.changed { grid-template-columns: repeat(auto-fill, 112px); gap: 1rem .875rem; }
.tiles.changed img, .tiles.changed .none { width: 112px; height: 112px; }
.tiles.changed + h3 { margin-top: 1.5rem; }
.names .answer { color: var(--quiet); margin-left: .75em; }

.notes > * + * { margin-top: .75rem; }
.notes table { width: 100%; }
.notes td, .notes th { vertical-align: top; }
.notes table { min-width: 34rem; }
.notes td:first-child, .notes td:last-child { overflow-wrap: anywhere; }
.notes td:first-child, .notes th:first-child { width: 40%; }
summary { cursor: pointer; }
details > * + * { margin-top: .75rem; }
body > footer { margin-top: 3.5rem; padding-block: 2rem 3rem; }
body > footer::before { content: ""; display: block; border-top: 1px solid var(--line); margin-bottom: 2rem; }
.provenance { font-size: .8125rem; margin-top: 1rem; display: grid; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); gap: .125rem 1.5rem; }
.provenance dt { color: var(--quiet); }
.provenance dd { overflow-wrap: anywhere; }
.provenance .provenance { margin: 0; font-size: inherit; }

@media (min-width: 70rem) {
  .scroll { overflow: visible; }
  .classes thead { position: sticky; top: 0; background: var(--ground); z-index: 1; }
}
@media (max-width: 70rem) {
  .classes th:first-child { position: sticky; left: 0; z-index: 1; background: var(--ground); }
}
@media (max-width: 46rem) {
  body > * { padding-inline: 1rem; }
  .scroll { margin-inline: -1rem; padding-inline: 0; }
  .classes th:first-child { padding-left: 1rem; min-width: 8.5rem; max-width: 8.5rem; }
  body > header { padding-top: 1.75rem; }
  h1 { font-size: 1.75rem; }
  .numbers, .beside, .beside.even { grid-template-columns: minmax(0, 1fr); }
  .pair { gap: 1rem 2.5rem; }
  .overview .name { display: none; }
  .overview.medium circle { r: 3px; }
  .overview.medium .ci { stroke-width: 1; }
  .model { r: 3px; }
  .class .body { grid-template-columns: minmax(0, 1fr); }
  .plots { flex-direction: row; flex-wrap: wrap; gap: 1rem 1.5rem; }
  .notes th:first-child, .notes td:first-child { padding-left: 1rem; }
  .notes td:last-child { padding-right: 1rem; }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); }
  .tiles img, .tiles .none { width: 100%; height: auto; aspect-ratio: 1; }
  .tiles.changed { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
  .tiles.changed img, .tiles.changed .none { width: 100%; height: auto; aspect-ratio: 1; }
  .pair.three > :first-child { flex-basis: 100%; }
  .doses td, .doses th { padding-right: 1.25rem; }
  .scroll > .figure, .scroll > .doses, .scroll > .ranks { margin-left: 1rem; }
  .provenance { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .provenance dd { margin-bottom: .375rem; }
  .provenance .provenance { padding-left: 1rem; border-left: 1px solid var(--line); }
}
@media print {
  @page { margin: 10mm 12mm; }
  :root { font-size: 9pt; }
  body > * { max-width: none; padding-inline: 0; }
  body > header { padding-top: 0; }
  nav, .skip, th button::after { display: none; }
  .scroll { overflow: visible; margin: 0; padding: 0; }
  .classes { font-size: 6.75pt; }
  .classes td, .classes th { padding: .15rem .2rem; }
  .classes .plot { width: auto; }
  .ranks { font-size: 7.5pt; }
  .ranks td, .ranks th { padding: .1rem .3rem; }
  .ranks thead .n { white-space: normal; }
  .classes tbody th, .classes th:first-child, .ranks tbody th, .notes table { min-width: 0; }
  .classes thead, .classes th:first-child { position: static; }
  .classes .main { font-size: inherit; }
  .numbers, .beside.even { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .numbers section { border: 1px solid var(--line); }
  .pair { gap: 1rem 2rem; }
  .pairs, .dose { max-width: 110mm; }
  .scroll > .figure { min-width: 0; }
  .scroll > .figure, .scroll > .doses, .scroll > .ranks { margin-left: 0; }
  .class { content-visibility: visible; break-inside: avoid; }
  tr, figure, .numbers, .tiles li { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  a { text-decoration: none; }
  /* Buttons are missing from the headers repeated on every sheet. */
  th button, th.n button { display: contents; }
  svg, .key { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .classes svg { zoom: .7; }
  .class { padding-block: .625rem .75rem; }
  .class header { margin-bottom: .5rem; }
  .pictures > * + h4 { margin-top: .5rem; }
  .class .body { grid-template-columns: 140px minmax(0, 1fr); gap: 1.5rem; }
  .plots { gap: .5rem; }
  .plots figure { width: 140px; }
  .plots svg { zoom: .8; }
  .plots figcaption { display: none; }
  .tiles { grid-template-columns: repeat(8, 1fr); gap: .375rem; width: 92%; }
  .tiles img, .tiles .none { width: 100%; height: auto; aspect-ratio: 1; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
