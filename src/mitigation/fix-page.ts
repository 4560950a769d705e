import { percent, probability, score, signed } from "../report/format.js";
import { html, type Markup } from "../report/html.js";
import { modelName } from "../report/names.js";
import { page } from "../report/page.js";
import { pairedOverview } from "../report/paired-overview.js";
import type { PairedClass, PairedNumber } from "../report/paired-scores.js";
import { pairedSummary } from "../report/paired-summary.js";
import { pairedTable } from "../report/paired-table.js";
import { dosePlot } from "../report/plots/dose-plot.js";
import { provenanceList } from "../report/provenance.js";
import type { EvalClass } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import type { FixAccuracy, FixEvaluation } from "./fix-evaluation.js";
import { LEAST_SHOWN, type MovedClass, shownChanges, type SideEffects } from "./side-effects.js";

const NAMES = { first: "before", second: "after", ofFirst: "before", ofSecond: "after the fix" };

const SECTIONS: readonly (readonly [string, string])[] = [
  ["summary", "Summary"],
  ["dose", "Dose"],
  ["overview", "Class against class"],
  ["classes", "Classes"],
  ["side-effects", "Side effects"],
  ["provenance", "Provenance"],
];

interface FixedClass extends PairedClass {
  readonly before: EvalClass;
  readonly after: EvalClass;
}

/** report.html of `spufix eval`: one file that opens offline. */
export function fixPage(evaluation: FixEvaluation): string {
  const { before, after, strength, sideEffects } = evaluation;
  const name = modelName(before);
  const classes = classesOf(evaluation);
  return page({
    title: `SpuFix of ${name}`,
    body: html`<a class="skip" href="#main">Skip to the result</a>
<header><p class="kind">Before and after SpuFix</p><h1>${name}</h1><p class="about">strength ${strength} · both from one forward pass per picture</p></header>
<nav aria-label="Sections"><ul>${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main">
<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
${pairedSummary(NAMES, overall(evaluation, "mean"), overall(evaluation, "joint"), classes)}
${accuracy(evaluation)}
</section>
${doseSection(evaluation)}
<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Class against class</h2>
${pairedOverview(classes, NAMES)}
</section>
<section id="classes" aria-labelledby="classes-title">
<h2 id="classes-title">Classes</h2>
<p class="intro small measure">Largest fall first. Intervals are of a paired bootstrap over images. Mean p is the mean probability of the row’s class.</p>
${pairedTable(classes, NAMES, "classes-title", COLUMNS)}
</section>
${sideEffectsSection(sideEffects)}
</main>
<footer id="provenance"><h2>Provenance</h2>
<p class="small quiet measure">Of the result after the fix, as in result.json (${evaluation.schema}); before it everything but the fix is the same.</p>
${provenanceList(after.provenance)}</footer>`,
  });
}

const COLUMNS = [
  {
    title: "Mean p, validation",
    of: ({ before, after }: FixedClass) => [before.meanProbVal, after.meanProbVal] as const,
    format: probability,
  },
  {
    title: "Mean p, spurious",
    of: ({ before, after }: FixedClass) =>
      [before.meanProbSpurious, after.meanProbSpurious] as const,
    format: probability,
  },
  {
    title: "Validation predicted as class",
    of: ({ before, after }: FixedClass) => [before.fractionVal, after.fractionVal] as const,
    format: percent,
  },
];

function classesOf({ before, after, difference }: FixEvaluation): FixedClass[] {
  return before.classes.flatMap((first, i) => {
    const [second, change] = [after.classes[i], difference.classes[i]];
    if (second === undefined || change === undefined) return [];
    const { index, label } = first;
    const { value, ci95 } = change;
    const scores = { first: first.ap, second: second.ap, difference: value, ci95 };
    return [{ index, label, ...scores, before: first, after: second }];
  });
}

function overall(evaluation: FixEvaluation, name: "mean" | "joint"): PairedNumber {
  const { before, after, difference } = evaluation;
  const { value, ci95 } = difference[name];
  return { first: before.score[name], second: after.score[name], difference: value, ci95 };
}

const percentage = (share: number): string => `${(share * 100).toFixed(2)} %`;

function accuracy({ accuracy: measured }: FixEvaluation): Markup {
  if (measured === null) {
    return html`<p class="measure small quiet">Top-1 accuracy was not measured; --accuracy names a validation folder with all classes.</p>`;
  }
  const [before = Number.NaN, after = Number.NaN] = measured.accuracy;
  return html`<p class="measure">Top-1 accuracy over ${measured.images.toLocaleString("en-US")} images of ${classesInWords(measured)}: <b>${percentage(before)}</b> before, <b>${percentage(after)}</b> after (${signed((after - before) * 100).slice(0, -1)} points).</p>`;
}

/** A validation folder that lacks classes gives another accuracy than the whole one. */
function classesInWords({ classes, modelClasses }: FixAccuracy): string {
  return classes.length < modelClasses
    ? `${String(classes.length)} of the model’s ${String(modelClasses)} classes`
    : `${String(classes.length)} classes`;
}

function doseSection({ doseCurve, strength }: FixEvaluation): Markup {
  const strengths = doseCurve.map((point) => point.strength);
  const accuracies = doseCurve.flatMap((point) => point.accuracy ?? []);
  const common = { strengths, marked: strength };
  const scores = dosePlot({
    ...common,
    title: "spurious score",
    series: [
      { name: "mean", look: "solid", values: doseCurve.map(({ mean }) => mean) },
      { name: "joint", look: "dashed", values: doseCurve.map(({ joint }) => joint) },
    ],
    format: (value) => value.toFixed(2),
  });
  const measured = accuracies.length > 0;
  const shares =
    measured &&
    dosePlot({
      ...common,
      title: "top-1 accuracy (%)",
      series: [{ name: "top-1", look: "solid", values: accuracies }],
      format: (value) => (value * 100).toFixed(1),
    });
  return html`<section id="dose" aria-labelledby="dose-title">
<h2 id="dose-title">Dose</h2>
<p class="intro small measure">What beta is multiplied by: 0 is the model as it is, 1 the fix as fitted. All strengths come from the same forward pass; the line marks the strength of this page.</p>
<div class="beside even"><figure>${scores}</figure>${shares && html`<figure>${shares}</figure>`}</div>
<div class="scroll" role="region" aria-label="Scores by strength" tabindex="0"><table class="doses"><thead><tr><th scope="col" class="n">Strength</th><th scope="col" class="n">Mean score</th><th scope="col" class="n">Joint score</th>${measured && html`<th scope="col" class="n">Top-1 accuracy</th>`}</tr></thead>
<tbody>${doseCurve.map((point) => html`<tr><th scope="row" class="n">${point.strength}</th><td class="n">${score(point.mean)}</td><td class="n">${score(point.joint)}</td>${measured && html`<td class="n">${point.accuracy === undefined ? "–" : percentage(point.accuracy)}</td>`}</tr>`)}</tbody></table></div>
</section>`;
}

const WHOSE: Readonly<Record<SideEffects["of"], string>> = {
  "all classes": "Over the validation images of all classes, from the accuracy measured above.",
  "measured classes":
    "Over the validation images of the classes that the folder of the accuracy above has.",
  "benchmark classes":
    "Over the validation images of the benchmark’s classes; other classes are not looked at without --accuracy.",
};

function sideEffectsSection(effects: SideEffects): Markup {
  return html`<section id="side-effects" aria-labelledby="side-effects-title">
<h2 id="side-effects-title">Side effects</h2>
<p class="intro small measure">Classes that moved most, up to ten of each kind. ${WHOSE[effects.of]}</p>
<div class="beside even"><div><h3>Accuracy of the class</h3>${moved(effects.accuracy, percent)}</div><div><h3>Mean p of the class</h3>${moved(effects.meanProb, probability)}</div></div>
</section>`;
}

function moved(classes: readonly MovedClass[], format: (value: number) => string): Markup {
  const shown = shownChanges(classes);
  if (shown.length === 0)
    return html`<p class="quiet">No class moved by ${LEAST_SHOWN} or more.</p>`;
  return html`<ol class="moved">${shown.map(
    ({ index, label, before, after, change }) =>
      html`<li><span>${plainLabel(label)} <span class="quiet small">${index}</span></span><span>${format(before)} → ${format(after)}</span><b>${signed(change)}</b></li>`,
  )}</ol>`;
}
