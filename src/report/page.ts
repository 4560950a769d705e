import { createHash } from "node:crypto";
import { html, Markup } from "./html.js";
import { SORT_SCRIPT } from "./sort-script.js";
import { STYLE } from "./style.js";

export interface Page {
  readonly title: string;
  /** Header, navigation, main and footer. */
  readonly body: Markup;
}

const hash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * What a browser may do with a page: run this one script, use this one style sheet, show pictures
 * that are inside the page. Whatever else a hostile name might smuggle in stays dead.
 */
const POLICY = [
  "default-src 'none'",
  `script-src ${hash(SORT_SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A page in one file that opens offline. */
export function page({ title, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
${body}
<script>${new Markup(SORT_SCRIPT)}</script>
</body>
</html>
`.text;
}
