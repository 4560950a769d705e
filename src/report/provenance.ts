import { counted } from "./format.js";
import { html, type Content, type Markup } from "./html.js";

/** Lists with longer texts are folded. */
const LONG_TEXT = 120;

/** A document, all of it, with the names it has in result.json. */
export function provenanceList(document: unknown): Markup {
  const entries = Object.entries(document as Record<string, unknown>);
  return html`<dl class="provenance">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${valueOf(value)}</dd>`)}</dl>`;
}

function valueOf(value: unknown): Content {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return listOf(value);
  if (typeof value === "object") return provenanceList(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listOf(values: readonly unknown[]): Content {
  const text = values
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(", ");
  if (values.length === 0) return "–";
  return text.length <= LONG_TEXT
    ? text
    : html`<details><summary>${counted(values.length, "entry", "entries")}</summary>${text}</details>`;
}
