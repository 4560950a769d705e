import { scaleLinear } from "d3-scale";
import type { EvalClass, EvalResult } from "../../results/eval-result.js";
import { plainLabel } from "../../results/terminal-table.js";
import { range, score } from "../format.js";
import { html, type Markup } from "../html.js";
import { acrossWidth, percentOfWidth, px } from "./coordinates.js";
import { chanceLevel } from "./score-dot.js";

const HEIGHT = 270;
const TOP = 16;
const BOTTOM = 24;
/** With more classes than this there is no room for their names. */
const NAMED = 12;

const y = scaleLinear([0, 1], [HEIGHT - BOTTOM, TOP]);

/**
 * All classes from lowest to highest score, each with its interval and its chance level; a dot
 * leads to the class. The table holds the same numbers for those who do not see it.
 * @param ascending classes by score
 * @param linked classes that have a section of their own
 */
export function overview(
  ascending: readonly EvalClass[],
  linked: ReadonlySet<number>,
  mean: EvalResult["score"]["mean"],
): Markup {
  const x = acrossWidth(0, ascending.length);
  const half = (x(1) - x(0)) / 2;
  const size = ascending.length > 200 ? "small" : ascending.length > 50 ? "medium" : "large";
  const marks = ascending.map((row, at) => {
    const left = x(at);
    const middle = percentOfWidth(left + half);
    const chance = px(y(chanceLevel(row)));
    const chanceMark = html`<line class="chance" x1="${percentOfWidth(left + half * 0.4)}" x2="${percentOfWidth(left + half * 1.6)}" y1="${chance}" y2="${chance}"/>`;
    return { middle, chanceMark, dot: dot(row, middle, linked.has(row.index)) };
  });
  const names =
    ascending.length <= NAMED &&
    ascending.map(
      (row, at) =>
        html`<text class="name" x="${marks[at]?.middle ?? 0}" y="${HEIGHT - 6}" text-anchor="middle">${plainLabel(row.label)}</text>`,
    );
  return html`<svg class="overview ${size}" height="${HEIGHT}" aria-hidden="true">${grid()}${marks.map(
    ({ chanceMark }) => chanceMark,
  )}${meanLine(mean)}${marks.map(({ dot }) => dot)}${names}</svg>`;
}

function grid(): Markup[] {
  return [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (tick) =>
      html`<line class="grid" x1="0" x2="100%" y1="${px(y(tick))}" y2="${px(y(tick))}"/><text x="-8" y="${px(y(tick) + 4)}" text-anchor="end">${tick.toFixed(1)}</text>`,
  );
}

function meanLine(mean: number): Markup {
  const at = px(y(mean));
  return html`<line class="mean" x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="mean-text" x="0" y="${px(y(mean) - 5)}">mean ${score(mean)}</text>`;
}

function dot(row: EvalClass, x: string, linked: boolean): Markup {
  const ci = row.apCi95;
  const whisker =
    ci && html`<line class="ci" x1="${x}" x2="${x}" y1="${px(y(ci[0]))}" y2="${px(y(ci[1]))}"/>`;
  const title = `${plainLabel(row.label)} (${row.index}): ${score(row.ap)}${ci ? `, ${range(ci)}` : ""}`;
  const mark = html`${whisker}<circle class="score" cx="${x}" cy="${px(y(row.ap))}" r="5"><title>${title}</title></circle>`;
  // The table has the same links for the keyboard.
  return linked ? html`<a href="#class-${row.index}" tabindex="-1">${mark}</a>` : mark;
}
