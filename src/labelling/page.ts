import { type AnswerButton, annotationPage } from "../annotation/page.js";
import { html } from "../report/html.js";
import type { Answer } from "./answers.js";

const ANSWER_BUTTONS: readonly (AnswerButton & { readonly answer: Answer })[] = [
  {
    ...{ answer: "spurious", key: "s", text: "Spurious", name: "spurious" },
    means: "spurious: what these pictures share is not the class",
  },
  {
    ...{ answer: "not spurious", key: "n", text: "Not spurious", name: "not spurious" },
    means: "not spurious: it is the class, or part of it",
  },
  {
    ...{ answer: "inconsistent", key: "i", text: "Inconsistent", name: "inconsistent" },
    means: "inconsistent: the pictures share nothing one can name",
  },
  { answer: "skip", key: "k", text: "Skip", name: "skipped", means: "skip: no answer" },
];

const ITEM = html`<div class="about-item">
<h2 id="name"></h2>
<p id="definition" class="measure"></p>
<p class="small quiet" id="which"></p>
</div>
<div class="pictures-of">
<section class="attack" aria-labelledby="attack-title"><h3 id="attack-title">Feature attack</h3><div id="attack"></div><dl id="scores" class="scores"></dl></section>
<div class="rows">
<section aria-labelledby="top-title"><h3 id="top-title">Most activating</h3><ol class="row" id="top"></ol></section>
<section aria-labelledby="least-title"><h3 id="least-title">Least activating</h3><ol class="row" id="least"></ol></section>
<section id="others" aria-labelledby="others-title" hidden><h3 id="others-title">Others say</h3><ul id="others-list"></ul></section>
</div>
</div>`;

/** The labelling page. @param token for changes, see RequestGuard */
export function labelPage(token: string): string {
  return annotationPage({
    token,
    script: "label.js",
    title: "Labelling",
    answers: ANSWER_BUTTONS,
    group: "Class",
    keys: [["g", "Grad-CAM on and off"]],
    item: ITEM,
    notes: true,
    buttons: html`<button type="button" id="cam" aria-pressed="false">Grad-CAM <kbd>g</kbd></button>`,
  });
}
