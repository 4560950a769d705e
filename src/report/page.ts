import { createHash } from "node:crypto";
import { html, Markup } from "./html.js";
import { SORT_SCRIPT } from "./sort-script.js";
import { STYLE } from "./style.js";

export interface Page {
  readonly title: string;
  /** Header, navigation, main and footer. */
  readonly body: Markup;
  /** Default: the style sheet of reports. */
  readonly style?: string | undefined;
  /** Default: what sorts tables. */
  readonly script?: string | undefined;
  /** Whether it shows pictures of files beside it. */
  readonly files?: boolean | undefined;
}

const hash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * What a browser may do with a page: run this one script, use this one style sheet, show pictures
 * that are inside the page or, where it has any, beside it. Whatever else a hostile name might
 * smuggle in stays dead.
 */
function policy(script: string, style: string, files: boolean): string {
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    // A page opened from disk has no origin that 'self' could be.
    `img-src data:${files ? " 'self' file:" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A page that opens offline: one file, but for pictures beside it. */
export function page(parts: Page): string {
  const { title, body, style = STYLE, script = SORT_SCRIPT, files = false } = parts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style, files)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
${body}
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
