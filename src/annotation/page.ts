import { html, type Markup } from "../report/html.js";

/** Sent with everything: no script, style, picture or request but of this server. */
export const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/** A button that answers, its key, and what the answer is called in lists and sentences. */
export interface AnswerButton {
  readonly answer: string;
  readonly key: string;
  readonly text: string;
  readonly name: string;
  /** For the help. */
  readonly means: string;
}

export interface PageParts {
  /** For changes, see RequestGuard. */
  readonly token: string;
  /** Script of the page in data/annotation. */
  readonly script: string;
  readonly title: string;
  readonly answers: readonly AnswerButton[];
  /** What items are grouped by: "Class". */
  readonly group: string;
  /** Keys of this page beside the common ones, with what they do. */
  readonly keys: readonly (readonly [string, string])[];
  /** What an item is put into. */
  readonly item: Markup;
  readonly notes: boolean;
  /** Buttons of this page beside the common ones. */
  readonly buttons?: Markup | undefined;
}

/** A page without content: its script fills it in. */
export function annotationPage(parts: PageParts): string {
  const { token, script, title, answers, group, item } = parts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="label-token" content="${token}">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">
<link rel="stylesheet" href="/assets/annotation.css">
<script type="module" src="/assets/${script}"></script>
</head>
<body>
<header class="bar">
<h1><span id="task">${title}</span> <span class="quiet" id="who"></span></h1>
<div class="done"><progress id="progress" max="1" value="0" aria-label="Answered"></progress> <span id="count"></span></div>
<div class="filters">
<label>Show <select id="filter"><option value="open">without answer</option><option value="all">all</option>${answers.map(({ answer, name }) => html`<option value="${answer}">${name}</option>`)}</select></label>
<label>${group} <select id="group-filter"></select></label>
</div>
<button type="button" id="help-button">Keys <kbd>?</kbd></button>
</header>
<main id="main">
<p id="message" class="message" role="alert" hidden></p>
<p id="nothing" hidden></p>
<article id="item" aria-labelledby="name" hidden>
${item}
</article>
<details class="groups-of"><summary>Progress by ${group.toLowerCase()}</summary><ul id="groups"></ul></details>
</main>
${answerForm(parts)}
<p id="live" class="hidden" role="status" aria-live="polite"></p>
${help(parts)}
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`.text;
}

function answerForm({ answers, notes, buttons }: PageParts): Markup {
  return html`<form class="answers" id="answers" aria-label="Answer" hidden>
<div class="said">${answers.map(({ answer, key, text, name }) => html`<button type="button" class="answer-button" data-answer="${answer}" data-key="${key}" data-name="${name}" aria-pressed="false"><span>${text}</span> <kbd>${key}</kbd></button>`)}</div>
${notes && html`<label class="note"><span>Note <kbd>e</kbd></span><textarea id="note" rows="1" maxlength="2000"></textarea></label>`}
<div class="more"><button type="button" id="previous">Previous <kbd>←</kbd></button><button type="button" id="next">Next <kbd>→</kbd></button><button type="button" id="undo">Undo <kbd>u</kbd></button>${buttons ?? null}</div>
</form>`;
}

function help({ answers, group, keys, notes }: PageParts): Markup {
  const all = [
    ...answers.map(({ key, means }) => [key, means] as const),
    ["u", "take the last answer back"],
    ["← →", "previous and next of the list"],
    ["↑ ↓ with Shift", `previous and next ${group.toLowerCase()}`],
    ...keys,
    ...(notes ? [["e", "write a note; Escape leaves it"] as const] : []),
    ["f", "choose what is listed"],
    ["?", "this help"],
  ] as const;
  return html`<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">Keys</h2>
<dl class="keys">${all.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
<label class="switch"><input type="checkbox" id="keys-on" checked> Single keys answer (turn off where a screen reader or voice control uses them)</label>
<button type="button" id="help-close">Close <kbd>Esc</kbd></button>
</dialog>`;
}
