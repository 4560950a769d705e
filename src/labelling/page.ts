import { html } from "../report/html.js";

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

const ANSWER_KEYS = [
  ["spurious", "s", "Spurious"],
  ["not spurious", "n", "Not spurious"],
  ["inconsistent", "i", "Inconsistent"],
  ["skip", "k", "Skip"],
] as const;

const KEYS = [
  ["s", "spurious: what these pictures share is not the class"],
  ["n", "not spurious: it is the class, or part of it"],
  ["i", "inconsistent: the pictures share nothing one can name"],
  ["k", "skip: no answer"],
  ["u", "take the last answer back"],
  ["← →", "previous and next component of the list"],
  ["↑ ↓ with Shift", "previous and next class"],
  ["g", "Grad-CAM on and off"],
  ["e", "write a note; Escape leaves it"],
  ["f", "choose what is listed"],
  ["?", "this help"],
] as const;

/** The page without content: label.js fills it in. @param token for changes, see RequestGuard */
export function labelPage(token: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="label-token" content="${token}">
<title>Labelling</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">
<link rel="stylesheet" href="/assets/label.css">
<script type="module" src="/assets/label.js"></script>
</head>
<body>
<header class="bar">
<h1><span id="task">Labelling</span> <span class="quiet" id="who"></span></h1>
<div class="done"><progress id="progress" max="1" value="0" aria-label="Answered"></progress> <span id="count"></span></div>
<div class="filters">
<label>Show <select id="filter"><option value="open">without answer</option><option value="all">all</option><option value="spurious">spurious</option><option value="not spurious">not spurious</option><option value="inconsistent">inconsistent</option><option value="skip">skipped</option></select></label>
<label>Class <select id="class-filter"></select></label>
</div>
<button type="button" id="help-button">Keys <kbd>?</kbd></button>
</header>
<main id="main">
<p id="message" class="message" role="alert" hidden></p>
<p id="nothing" hidden></p>
<article id="component" aria-labelledby="name" hidden>
<div class="about-component">
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
</div>
</article>
<details class="classes-of"><summary>Progress by class</summary><ul id="classes"></ul></details>
</main>
<form class="answers" id="answers" aria-label="Answer" hidden>
<div class="said">${ANSWER_KEYS.map(([answer, key, text]) => html`<button type="button" class="answer-button" data-answer="${answer}" aria-pressed="false"><span>${text}</span> <kbd>${key}</kbd></button>`)}</div>
<label class="note"><span>Note <kbd>e</kbd></span><textarea id="note" rows="1" maxlength="2000"></textarea></label>
<div class="more"><button type="button" id="previous">Previous <kbd>←</kbd></button><button type="button" id="next">Next <kbd>→</kbd></button><button type="button" id="undo">Undo <kbd>u</kbd></button><button type="button" id="cam" aria-pressed="false">Grad-CAM <kbd>g</kbd></button></div>
</form>
<p id="live" class="hidden" role="status" aria-live="polite"></p>
<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">Keys</h2>
<dl class="keys">${KEYS.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
<label class="switch"><input type="checkbox" id="keys-on" checked> Single keys answer (turn off where a screen reader or voice control uses them)</label>
<button type="button" id="help-close">Close <kbd>Esc</kbd></button>
</dialog>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`.text;
}
