import { html, type Content, type Markup } from "./html.js";

/** Lists longer than this are folded. */
const LONG_LIST = 24;

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
  return values.length <= LONG_LIST
    ? text
    : html`<details><summary>${values.length.toLocaleString("en-US")} entries</summary>${text}</details>`;
}
