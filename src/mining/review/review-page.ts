import { type AnswerButton, annotationPage } from "../../annotation/page.js";
import { html } from "../../report/html.js";
import type { ReviewAnswer } from "./review-file.js";

const ANSWER_BUTTONS: readonly (AnswerButton & { readonly answer: ReviewAnswer })[] = [
  {
    ...{ answer: "keep", key: "k", text: "Keep", name: "kept" },
    means: "keep: it shows the feature and not the class",
  },
  {
    ...{ answer: "contains class", key: "c", text: "Contains the class" },
    name: "contains the class",
    means: "it contains the class, wholly or in part",
  },
  {
    ...{ answer: "not feature", key: "n", text: "Not the feature", name: "not the feature" },
    means: "it does not show the feature",
  },
  { answer: "skip", key: "s", text: "Skip", name: "skipped", means: "skip: no answer" },
];

const ITEM = html`<div class="reviewed">
<figure class="large"><img id="large" alt=""><figcaption id="gone" class="message" hidden>This image is gone from the result folder and from its pool.</figcaption></figure>
<div class="about-item">
<h2 id="name"></h2>
<p id="definition"></p>
<p class="small quiet" id="which"></p>
<dl id="scores" class="scores"></dl>
<section id="examples" aria-labelledby="examples-title" hidden><h3 id="examples-title">Training images of the component</h3><ol class="row" id="examples-list"></ol></section>
</div>
</div>
<section aria-labelledby="strip-title"><h3 id="strip-title">Beside it in the list</h3><ol class="strip" id="strip"></ol></section>`;

/** The page of mined images. @param token for changes, see RequestGuard */
export function reviewPage(token: string): string {
  return annotationPage({
    token,
    script: "review.js",
    title: "Mined images",
    answers: ANSWER_BUTTONS,
    group: "Component",
    keys: [],
    item: ITEM,
    notes: false,
  });
}
