import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolTriangle } from "d3-shape";
import { plainLabel } from "../../results/terminal-table.js";
import { score, signed } from "../format.js";
import { html, type Markup } from "../html.js";
import { type Direction, directionOf, type PairedClass } from "../paired-scores.js";
import type { PairNames } from "../paired-summary.js";
import { px, type Scale } from "./coordinates.js";

const EDGE = 440;
const LEFT = 46;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 44;
const AREA = 58;

const MARKS: Readonly<Record<Direction, Markup>> = {
  rise: html`<path d="${symbol(symbolTriangle, AREA)() ?? ""}"/>`,
  fall: html`<path transform="rotate(180)" d="${symbol(symbolTriangle, AREA)() ?? ""}"/>`,
  unsure: html`<path d="${symbol(symbolCircle, AREA)() ?? ""}"/>`,
};

/**
 * A mark for each class, its first score across and its second upwards; on the diagonal both are
 * the same. The table holds the same numbers for those who do not see it.
 */
export function scorePairs(classes: readonly PairedClass[], names: PairNames): Markup {
  const least = classes.reduce((low, { first, second }) => Math.min(low, first, second), 1);
  const lowest = Math.max(0, Math.floor(least * 5 - 0.05) / 5);
  const x = scaleLinear([lowest, 1], [LEFT, EDGE - RIGHT]);
  const y = scaleLinear([lowest, 1], [EDGE - BOTTOM, TOP]);
  const [left, right, bottom, top] = [x(lowest), x(1), y(lowest), y(1)].map(px);
  const marks = [...classes]
    .sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))
    .map((row) => mark(row, x, y));
  return html`<svg class="pairs" viewBox="0 0 ${EDGE} ${EDGE}" aria-hidden="true">${grid(lowest, x, y)}<path class="same" d="M${left ?? ""} ${bottom ?? ""}L${right ?? ""} ${top ?? ""}"/>${marks}<text class="axis-name" x="${px((x(lowest) + x(1)) / 2)}" y="${EDGE - 8}" text-anchor="middle">score, ${names.first}</text><text class="axis-name" transform="translate(12 ${px((y(lowest) + y(1)) / 2)}) rotate(-90)" text-anchor="middle">score, ${names.second}</text></svg>`;
}

function grid(lowest: number, x: Scale, y: Scale): Markup[] {
  const count = Math.round((1 - lowest) * 5);
  return Array.from({ length: count + 1 }, (_, i) => {
    const tick = lowest + i / 5;
    const [across, up] = [px(x(tick)), px(y(tick))];
    return html`<path class="grid" d="M${across} ${TOP}V${EDGE - BOTTOM}M${LEFT} ${up}H${EDGE - RIGHT}"/><text x="${across}" y="${EDGE - BOTTOM + 16}" text-anchor="middle">${tick.toFixed(1)}</text><text x="${LEFT - 7}" y="${px(y(tick) + 4)}" text-anchor="end">${tick.toFixed(1)}</text>`;
  });
}

function mark(row: PairedClass, x: Scale, y: Scale): Markup {
  const direction = directionOf(row);
  const title = `${plainLabel(row.label)} (${row.index}): ${score(row.first)} to ${score(row.second)}, ${signed(row.difference)}`;
  return html`<g class="pair-mark ${direction}" transform="translate(${px(x(row.first))} ${px(y(row.second))})"><title>${title}</title>${MARKS[direction]}</g>`;
}

/** What the marks mean, for a caption. */
export function pairKey(): Markup {
  const entry = (direction: Direction, words: string): Markup =>
    html`<li><svg class="pair-mark ${direction}" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">${MARKS[direction]}</svg>${words}</li>`;
  return html`<ul class="pair-key">${entry("rise", "rises")}${entry("fall", "falls")}${entry("unsure", "interval holds 0")}</ul>`;
}
