import type { EvalResult } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import type { ImageRow } from "../scoring/image-row.js";
import { classSection } from "./class-section.js";
import { classTable } from "./class-table.js";
import { counted, score } from "./format.js";
import { html, type Markup } from "./html.js";
import { dataNotes } from "./data-notes.js";
import { modelName, predictionNames, textOf } from "./names.js";
import { page } from "./page.js";
import { overview } from "./plots/overview.js";
import { provenanceList } from "./provenance.js";
import { byScore, detailedClasses, imagesByClass } from "./strips.js";
import { summary } from "./summary.js";

/** Which picture. */
export type ImageKey = Pick<ImageRow, "path" | "split">;

/** The pictures a report shows. */
export interface ReportImages {
  /** data: URI of a small picture, or null where there is none to show. */
  thumbnailOf(row: ImageKey): string | null;
}

/**
 * The page of an `eval` or `score` result: one file that opens offline.
 * @param rows every image of the result
 * @param images thumbnails (makeThumbnails); without them images are listed by name
 */
export function evalReport(
  result: EvalResult,
  rows: readonly ImageRow[],
  images?: ReportImages,
): string {
  const name = modelName(result);
  return page({
    title: `Spurious score of ${name}`,
    body: html`${header(result, name)}
<main id="main">
${summary(result)}
${classesSections(result, rows, images)}
${dataNotes(result)}
</main>
${footer(result)}`,
  });
}

const SECTIONS: readonly (readonly [string, string])[] = [
  ["summary", "Summary"],
  ["overview", "Overview"],
  ["classes", "Classes"],
  ["pictures", "Class by class"],
  ["data-notes", "Data notes"],
  ["provenance", "Provenance"],
];

function header(result: EvalResult, name: string): Markup {
  return html`<a class="skip" href="#main">Skip to the result</a>
<header><p class="kind">Spurious score of</p><h1>${name}</h1><p class="about">${about(result)}</p></header>
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

const LAYOUTS: Readonly<Record<string, string>> = {
  "spurious-imagenet-v2": "Spurious ImageNet v2",
  "spurious-imagenet-v1": "Spurious ImageNet v1",
  own: "own data set",
};

function about({ provenance }: EvalResult): string {
  const { data, model, preset, started } = provenance;
  const layout = textOf(data, "layout");
  const parts = [
    layout && (LAYOUTS[layout] ?? layout),
    model ? preset && `preprocessing ${preset}` : "scored from given probabilities",
    new Date(started).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" }),
  ];
  return parts.filter((part) => part !== null && part !== "").join(" · ");
}

function classesSections(
  result: EvalResult,
  rows: readonly ImageRow[],
  images: ReportImages | undefined,
): Markup {
  const ascending = byScore(result.classes);
  const detailed = detailedClasses(result);
  const linked = new Set(detailed.map(({ index }) => index));
  const imagesOf = imagesByClass(rows);
  const context = { images, nameOf: predictionNames(result) };
  const which = detailed.length < ascending.length ? `The ${detailed.length} lowest scores` : "All";
  return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Overview</h2>
<figure>${overview(ascending, linked, result.score.mean)}<figcaption>${overviewInWords(result)}</figcaption></figure>
</section>
<section id="classes" aria-labelledby="classes-title">
<h2 id="classes-title">Classes</h2>
<p class="intro small measure">Lowest score first. p is the probability of the row’s class, drawn on a log-odds scale; each side shows shares of its own images.</p>
${classTable(ascending, imagesOf, linked)}
</section>
<section id="pictures" aria-labelledby="pictures-title">
<h2 id="pictures-title">Class by class</h2>
<p class="intro small measure">${which}, lowest first. The number under a picture is p of the class; where the model’s answer is another class, it is named.</p>
${detailed.map((row) => classSection(row, imagesOf(row.index), context))}
</section>`;
}

function overviewInWords({ classes, score: { meanCi95 } }: EvalResult): string {
  const ascending = byScore(classes);
  const named = (row: (typeof ascending)[number] | undefined): string =>
    row ? `${plainLabel(row.label)} ${score(row.ap)}` : "";
  const bars = meanCi95 ? ", bars are 95 % intervals" : "";
  const legend = `Average precision of ${counted(classes.length, "class", "classes")}, lowest to highest${bars}; dashes mark chance.`;
  if (ascending.length < 4) return legend;
  const lowest = ascending.slice(0, 3).map(named).join(", ");
  return `${legend} Lowest: ${lowest}. Highest: ${named(ascending.at(-1))}.`;
}

function footer({ provenance, schema }: EvalResult): Markup {
  return html`<footer id="provenance"><h2>Provenance</h2>
<p class="small quiet measure">Everything that is needed to make this result again, as in result.json (${schema}).</p>
${provenanceList(provenance)}</footer>`;
}
