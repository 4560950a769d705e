import { counted, score, signed, signedRange } from "./format.js";
import { html, type Markup } from "./html.js";
import { directionOf, type PairedClass, type PairedNumber } from "./paired-scores.js";

/** What a page calls the two results. */
export interface PairNames {
  /** Over numbers: "A", "before". */
  readonly first: string;
  readonly second: string;
  /** Behind "higher": "for A", "before". */
  readonly ofFirst: string;
  readonly ofSecond: string;
}

/** Mean and joint score of two results, and what their difference says. */
export function pairedSummary(
  names: PairNames,
  mean: PairedNumber,
  joint: PairedNumber,
  classes: readonly PairedClass[],
): Markup {
  return html`<div class="numbers">
${panel("mean", "Mean over classes", names, mean)}
${panel("joint", "Joint, all classes pooled", names, joint)}
</div>
<p class="meaning measure">${verdict(names, mean)} ${ofClasses(classes)}</p>`;
}

function panel(id: string, title: string, names: PairNames, value: PairedNumber): Markup {
  const { first, second, difference, ci95 } = value;
  return html`<section aria-labelledby="${id}-title"><h3 id="${id}-title">${title}</h3><p class="small">spurious score (average precision)</p><dl class="pair three"><div><dt>difference</dt><dd class="big">${signed(difference)}</dd>${ci95 && html`<dd>95 % interval ${signedRange(ci95)}</dd>`}</div><div><dt>${names.first}</dt><dd class="second">${score(first)}</dd></div><div><dt>${names.second}</dt><dd class="second">${score(second)}</dd></div></dl></section>`;
}

function verdict({ ofFirst, ofSecond }: PairNames, mean: PairedNumber): string {
  if (mean.ci95 === null) {
    return "Without a bootstrap nothing is known about how sure the difference is.";
  }
  const direction = directionOf(mean);
  if (direction === "unsure") {
    return `The paired interval of the mean’s difference holds 0: on these images the two are not told apart.`;
  }
  const word = direction === "rise" ? "higher" : "lower";
  return `The mean score is ${word} ${ofSecond} than ${ofFirst}: the paired interval of the difference leaves out 0.`;
}

function ofClasses(classes: readonly PairedClass[]): string {
  if (classes.every(({ ci95 }) => ci95 === null)) return "";
  const count = (wanted: string): number =>
    classes.filter((row) => directionOf(row) === wanted).length;
  const [rises, falls] = [count("rise"), count("fall")];
  return `Of ${counted(classes.length, "class", "classes")}, ${String(rises)} ${rises === 1 ? "rises" : "rise"} and ${String(falls)} ${falls === 1 ? "falls" : "fall"} by more than their intervals leave to chance.`;
}
