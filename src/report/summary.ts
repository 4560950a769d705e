import type { EvalResult, OverallScore } from "../results/eval-result.js";
import type { Interval } from "../scoring/bootstrap.js";
import { counted, range, score } from "./format.js";
import { html, type Markup } from "./html.js";
import { publishedLanes } from "./plots/published-lanes.js";
import { chanceLevel } from "./plots/score-dot.js";
import { publishedCaveats, publishedPlace, type PublishedPlace } from "./published.js";

/** The numbers of a result before anything else, and what they mean. */
export function summary(result: EvalResult): Markup {
  const { score: ap, auroc } = result;
  return html`<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Summary</h2>
<div class="numbers">
<section aria-labelledby="ap-title"><h3 id="ap-title">Spurious score</h3><p class="small">average precision, published as “spurious AUC”</p>${pair(ap, "big")}</section>
<section aria-labelledby="auroc-title"><h3 id="auroc-title">Area under the ROC curve</h3><p class="small">another measure; not to be compared with the score</p>${pair(auroc, "second")}</section>
</div>
${meaning(result)}
${facts(result)}
${place(result)}
</section>`;
}

function pair({ mean, meanCi95, joint, jointCi95 }: OverallScore, size: string): Markup {
  return html`<dl class="pair"><div><dt>mean over classes</dt><dd class="${size}">${score(mean)}</dd>${interval(meanCi95)}</div><div><dt>joint, all classes pooled</dt><dd class="second">${score(joint)}</dd>${interval(jointCi95)}</div></dl>`;
}

function interval(ci: Interval | null): Markup | null {
  return ci && html`<dd>95 % interval ${range(ci)}</dd>`;
}

function meaning({ classes }: EvalResult): Markup {
  const levels = [...new Set(classes.map((row) => chanceLevel(row).toFixed(2)))];
  const chance =
    levels.length === 1
      ? html`${levels[0] ?? ""} is chance`
      : html`the share of validation images is chance`;
  return html`<p class="meaning measure">The score of a class says how well its probability p tells validation images of the class from pictures that show only a spurious feature of it: 1 is a perfect ranking, ${chance}. A low score means that the feature alone is enough to make the model say the class.</p>`;
}

function facts({ classes, counts }: EvalResult): Markup {
  const items = [
    counted(classes.length, "class", "classes"),
    counted(counts.val, "validation image"),
    counted(counts.spurious, "spurious image"),
    counts.skipped.length > 0 && counted(counts.skipped.length, "image skipped", "images skipped"),
    counts.unscoredClasses.length > 0 &&
      counted(counts.unscoredClasses.length, "class without a score", "classes without a score"),
  ];
  return html`<ul class="facts">${items.map((item) => item !== false && html`<li>${item}</li>`)}</ul>`;
}

function place(result: EvalResult): Markup | null {
  const found = publishedPlace(result);
  if (found === null) return null;
  const { mean, meanCi95 } = result.score;
  const caveats = publishedCaveats(result);
  return html`<h3 class="place-title">Among the ${found.published.length} published models</h3>
<p class="measure">${placeInWords(found)}${caveats.map((caveat) => html` ${caveat}`)}</p>
<figure>${publishedLanes(found, mean, meanCi95)}<figcaption>Published mean scores by what the models were trained on, one dot a model; the line is this model${meanCi95 ? ", the band its 95 % interval" : ""}.</figcaption></figure>`;
}

function placeInWords({ below, published, next: { lower, higher } }: PublishedPlace): Markup {
  const named = (row: PublishedPlace["next"]["lower"]): Markup =>
    html`${row?.model ?? ""} (${row?.pretraining ?? ""}, ${score(row?.score ?? 0)})`;
  const higherThan = html`Its mean score is higher than that of ${below} of them`;
  if (lower === null) return html`${higherThan}; the lowest is ${named(higher)}.`;
  if (higher === null) {
    return html`Its mean score is higher than that of all ${published.length}; the next is ${named(lower)}.`;
  }
  return html`${higherThan}: it lies between ${named(lower)} and ${named(higher)}.`;
}
