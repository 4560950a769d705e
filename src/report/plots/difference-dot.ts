import { scaleLinear } from "d3-scale";
import type { Interval } from "../../scoring/bootstrap.js";
import { signed } from "../format.js";
import { html, type Markup } from "../html.js";
import { directionOf, type PairedNumber } from "../paired-scores.js";
import { px, type Scale } from "./coordinates.js";

const WIDTH = 150;
const HEIGHT = 22;
const MARGIN = 6;

/** A scale around 0 that holds every difference and its interval. */
export class DifferenceScale {
  readonly #x: Scale;
  readonly #most: number;

  constructor(rows: readonly PairedNumber[]) {
    const ends = rows.flatMap(({ difference, ci95 }) => [difference, ...(ci95 ?? [])]);
    const most = ends.reduce((largest, end) => Math.max(largest, Math.abs(end)), 0);
    // The next tenth, so that the ends have short names.
    this.#most = Math.max(0.1, Math.ceil(most * 10 - 1e-9) / 10);
    this.#x = scaleLinear([-this.#most, this.#most], [MARGIN, WIDTH - MARGIN]);
  }

  /** Dot and whisker of one difference; the tick is 0. */
  dot(row: PairedNumber): Markup {
    const x = this.#x;
    const middle = HEIGHT / 2;
    return html`<svg class="dot ${directionOf(row)}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><path class="axis" d="M${MARGIN} ${middle}H${WIDTH - MARGIN}"/><path class="chance" d="M${px(x(0))} 4v14"/>${whisker(row.ci95, x, middle)}<circle class="score" cx="${px(x(row.difference))}" cy="${middle}" r="4.5"/></svg>`;
  }

  /** Header of a column of dots. */
  header(): Markup {
    const ticks = [-this.#most, 0, this.#most];
    return html`<svg class="scale" width="${WIDTH}" height="14" aria-hidden="true">${ticks.map(
      (tick) =>
        html`<text x="${px(this.#x(tick))}" y="11" text-anchor="middle">${tick === 0 ? "0" : signed(tick).replace(/0+$/, "")}</text>`,
    )}</svg>`;
  }
}

function whisker(ci: Interval | null, x: Scale, y: number): Markup | null {
  return ci && html`<path class="ci" d="M${px(x(ci[0]))} ${y}H${px(x(ci[1]))}"/>`;
}
