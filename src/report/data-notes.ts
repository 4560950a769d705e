import type { EvalResult } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import { counted } from "./format.js";
import { html, type Markup } from "./html.js";

/** Lines of a list that a page holds at most; result.json holds all. */
const MOST_LINES = 200;

/** What is not in the numbers, and why. */
export function dataNotes({ counts, score }: EvalResult): Markup {
  const { skipped, ignored, unscoredClasses } = counts;
  const parts = [
    ...list(
      counted(skipped.length, "image that could not be read", "images that could not be read"),
      ["Image", "Kind", "Class", "Reason"],
      skipped.map((one) => [
        one.path,
        one.split === "val" ? "validation" : "spurious",
        String(one.class),
        html`<code>${one.code}</code> ${one.message}`,
      ]),
    ),
    ...list(
      counted(unscoredClasses.length, "class without a score", "classes without a score"),
      ["Class", "Reason"],
      unscoredClasses.map(({ index, label, reason }) => [
        `${plainLabel(label)} (${index})`,
        reason,
      ]),
    ),
    ...list(
      counted(
        ignored.length,
        "file or folder that is no part of the benchmark",
        "files and folders that are no part of the benchmark",
      ),
      ["File or folder", "In", "Reason"],
      ignored.map(({ path, split, reason }) => [
        path,
        split === "val" ? "validation" : "spurious",
        reason,
      ]),
    ),
    counts.leftOut > 0 &&
      html`<p>${counted(counts.leftOut, "validation image")} of classes without spurious images left out.</p>`,
    score.tiedPairs.joint > 0 &&
      html`<p>${counted(score.tiedPairs.joint, "pair")} of a validation and a spurious image with equal p, ${score.tiedPairs.withinClasses.toLocaleString("en-US")} of them within one class; ties count as one threshold.</p>`,
  ].filter((part) => part !== false);
  return html`<section id="data-notes" aria-labelledby="data-notes-title">
<h2 id="data-notes-title">Data notes</h2>
<div class="notes">${parts.length > 0 ? parts : html`<p class="quiet">Every image was read and scored, and no validation image ties with a spurious one.</p>`}</div>
</section>`;
}

type Cell = string | Markup;

function list(
  title: string,
  columns: readonly string[],
  lines: readonly (readonly Cell[])[],
): Markup[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES);
  const more = lines.length - shown.length;
  return [
    html`<details${lines.length <= 10 && html` open`}><summary>${title}</summary>
<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${shown.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>
${more > 0 && html`<p class="quiet">and ${more.toLocaleString("en-US")} more, in result.json</p>`}</details>`,
  ];
}
