import { scaleLinear } from "d3-scale";
import type { EvalClass } from "../../results/eval-result.js";
import type { Interval } from "../../scoring/bootstrap.js";
import { html, type Markup } from "../html.js";
import { px, type Scale } from "./coordinates.js";

/** Share of positives: what average precision is when nothing is known. */
export function chanceLevel({ nVal, nSpurious }: { nVal: number; nSpurious: number }): number {
  return nVal / (nVal + nSpurious);
}

const WIDTH = 140;
const HEIGHT = 22;
const MARGIN = 6;

const x: Scale = scaleLinear([0, 1], [MARGIN, WIDTH - MARGIN]);

/** Dot and whisker of one class on the scale from 0 to 1, with the chance level as a tick. */
export function scoreDot(row: EvalClass): Markup {
  const middle = HEIGHT / 2;
  return html`<svg class="dot" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><path class="axis" d="M${px(x(0))} ${middle}H${px(x(1))}"/><path class="chance" d="M${px(x(chanceLevel(row)))} 4v14"/>${whisker(row.apCi95, middle)}<circle class="score" cx="${px(x(row.ap))}" cy="${middle}" r="4.5"/></svg>`;
}

function whisker(ci: Interval | null, y: number): Markup | null {
  return ci === null ? null : html`<path class="ci" d="M${px(x(ci[0]))} ${y}H${px(x(ci[1]))}"/>`;
}

/** Header of a column of score dots. */
export function scoreDotScale(): Markup {
  return html`<svg class="scale" width="${WIDTH}" height="14" aria-hidden="true">${[0, 0.5, 1].map(
    (tick) => html`<text x="${px(x(tick))}" y="11" text-anchor="middle">${tick}</text>`,
  )}</svg>`;
}
