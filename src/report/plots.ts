import type { EvalClass } from "../results/eval-result.js";
import { plainLabel } from "../results/terminal-table.js";
import type { Interval } from "../scoring/bootstrap.js";
import { range, score } from "./format.js";
import { html, type Markup } from "./html.js";
import {
  PRETRAINING_GROUPS,
  pretrainingGroup,
  type PublishedPlace,
} from "./published.js";

/** Coordinates with one decimal: a tenth of a pixel is finer than any screen. */
const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Share of positives: what average precision is when nothing is known. */
export function chanceLevel({ nVal, nSpurious }: { nVal: number; nSpurious: number }): number {
  return nVal / (nVal + nSpurious);
}

const ROW_WIDTH = 132;
const ROW_HEIGHT = 22;
const ROW_MARGIN = 5;

/** Dot and whisker of one class on the scale from 0 to 1, with the chance level as a tick. */
export function scoreDot(row: EvalClass): Markup {
  const x = (value: number): string => px(ROW_MARGIN + value * (ROW_WIDTH - 2 * ROW_MARGIN));
  const middle = ROW_HEIGHT / 2;
  return html`<svg class="dot" width="${ROW_WIDTH}" height="${ROW_HEIGHT}" aria-hidden="true"><path class="axis" d="M${x(0)} ${middle}H${x(1)}"/><path class="chance" d="M${x(chanceLevel(row))} 4v14"/>${whisker(row.apCi95, x, middle)}<circle cx="${x(row.ap)}" cy="${middle}" r="4"/></svg>`;
}

function whisker(ci: Interval | null, x: (value: number) => string, y: number): Markup | null {
  return ci === null ? null : html`<path class="ci" d="M${x(ci[0])} ${y}H${x(ci[1])}"/>`;
}

const BINS = 28;
const STRIP_HEIGHT = 34;
/** Probabilities nearer to 0 or 1 than this are drawn in the outermost bins. */
const EDGE = 1e-5;
const EDGE_LOG_ODDS = Math.log((1 - EDGE) / EDGE);

/** Position of a probability on the log-odds scale from EDGE to 1 - EDGE, as 0 to 1. */
export function logOddsPosition(p: number): number {
  const inside = Math.min(Math.max(p, EDGE), 1 - EDGE);
  return (Math.log(inside / (1 - inside)) / EDGE_LOG_ODDS + 1) / 2;
}

/**
 * The distributions of p_k: val images upwards, spurious images downwards, each as shares of its
 * own number, on a log-odds scale (most probabilities crowd at 0 and 1 on a plain one).
 */
export function distributions(val: readonly number[], spurious: readonly number[]): Markup {
  const valShares = binShares(val);
  const spuriousShares = binShares(spurious);
  const highest = Math.max(...valShares, ...spuriousShares);
  const middle = STRIP_HEIGHT / 2;
  const bars = (shares: readonly number[], sign: 1 | -1): string =>
    shares
      .flatMap((share, bin) => {
        if (share === 0) return [];
        const height = Math.max(1.5, (share / highest) * (middle - 2));
        const left = (bin / BINS) * ROW_WIDTH;
        return `M${px(left + 0.4)} ${px(middle + sign)}h${px(ROW_WIDTH / BINS - 0.8)}v${px(sign * height)}h${px(0.8 - ROW_WIDTH / BINS)}z`;
      })
      .join("");
  return html`<svg class="strip" width="${ROW_WIDTH}" height="${STRIP_HEIGHT}" aria-hidden="true"><path class="axis" d="M0 ${middle}H${ROW_WIDTH}"/><path class="val" d="${bars(valShares, -1)}"/><path class="spurious" d="${bars(spuriousShares, 1)}"/></svg>`;
}

function binShares(probabilities: readonly number[]): number[] {
  const shares = new Array<number>(BINS).fill(0);
  for (const p of probabilities) {
    const bin = Math.min(BINS - 1, Math.floor(logOddsPosition(p) * BINS));
    shares[bin] = (shares[bin] as number) + 1 / probabilities.length;
  }
  return shares;
}

/** Ticks of the log-odds scale, as a header of the strips. */
export function distributionScale(): Markup {
  const ticks: readonly [number, string][] = [
    [0.0001, "10⁻⁴"],
    [0.01, ".01"],
    [0.5, "½"],
    [0.99, ".99"],
    [0.9999, "1–10⁻⁴"],
  ];
  return html`<svg class="scale" width="${ROW_WIDTH}" height="14" aria-hidden="true">${ticks.map(
    ([p, text]) =>
      html`<text x="${px(logOddsPosition(p) * ROW_WIDTH)}" y="11" text-anchor="middle">${text}</text>`,
  )}</svg>`;
}

const OVERVIEW_WIDTH = 1000;
const OVERVIEW_HEIGHT = 250;
const OVERVIEW = { left: 34, right: 8, top: 10, bottom: 22 };

/** All classes from lowest to highest score; each dot is a link to its row. */
export function overview(classes: readonly EvalClass[]): Markup {
  const ascending = [...classes].sort((a, b) => a.ap - b.ap);
  const { left, right, top, bottom } = OVERVIEW;
  const x = (at: number): string =>
    px(left + ((at + 0.5) / ascending.length) * (OVERVIEW_WIDTH - left - right));
  const y = (value: number): string =>
    px(top + (1 - value) * (OVERVIEW_HEIGHT - top - bottom));
  const nVal = classes.reduce((sum, row) => sum + row.nVal, 0);
  const nSpurious = classes.reduce((sum, row) => sum + row.nSpurious, 0);
  const chance = chanceLevel({ nVal, nSpurious });
  const radius = ascending.length > 200 ? 2 : ascending.length > 60 ? 3.5 : 5;
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (value) =>
      html`<path class="grid" d="M${left} ${y(value)}H${OVERVIEW_WIDTH - right}"/><text x="${left - 6}" y="${px(Number(y(value)) + 4)}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  const dots = ascending.map((row, at) => {
    const ci = row.apCi95;
    const line = ci === null ? null : html`<path class="ci" d="M${x(at)} ${y(ci[0])}V${y(ci[1])}"/>`;
    return html`<a href="#class-${row.index}"><title>${`${plainLabel(row.label)} (${String(row.index)}): ${score(row.ap)}, ${range(ci)}`}</title>${line}<circle cx="${x(at)}" cy="${y(row.ap)}" r="${radius}"/></a>`;
  });
  return html`<svg class="overview" viewBox="0 0 ${OVERVIEW_WIDTH} ${OVERVIEW_HEIGHT}" role="img" aria-label="Average precision of every class with its interval, from lowest to highest; the table below holds the same numbers.">${grid}<path class="chance" d="M${left} ${y(chance)}H${OVERVIEW_WIDTH - right}"/><text class="chance-text" x="${OVERVIEW_WIDTH - right - 2}" y="${px(Number(y(chance)) - 5)}" text-anchor="end">chance ${chance.toFixed(2)}</text>${dots}<text x="${left}" y="${OVERVIEW_HEIGHT - 5}">lowest</text><text x="${OVERVIEW_WIDTH - right}" y="${OVERVIEW_HEIGHT - 5}" text-anchor="end">highest</text></svg>`;
}

const PLACE_WIDTH = 1000;
const LANE_HEIGHT = 40;
const PLACE_LEFT = 150;

/** The published models in lanes by pretraining; a band marks this model and its interval. */
export function publishedLanes(place: PublishedPlace, mean: number, ci: Interval | null): Markup {
  const lowest = Math.min(0.6, Math.floor(((ci?.[0] ?? mean) - 0.01) * 10) / 10);
  const xNumber = (value: number): number =>
    PLACE_LEFT + ((value - lowest) / (1 - lowest)) * (PLACE_WIDTH - PLACE_LEFT - 12);
  const x = (value: number): string => px(xNumber(value));
  const bottom = PRETRAINING_GROUPS.length * LANE_HEIGHT + 20;
  const lanes = PRETRAINING_GROUPS.map((group, lane) => {
    const middle = 20 + (lane + 0.5) * LANE_HEIGHT;
    const models = place.published.filter((row) => pretrainingGroup(row) === group);
    const stacked = new Map<number, number>();
    const dots = models.map((row) => {
      // Equal scores are stacked, alternately above and below the line.
      const same = stacked.get(row.score) ?? 0;
      stacked.set(row.score, same + 1);
      const offset = Math.ceil(same / 2) * (same % 2 === 0 ? 9 : -9);
      return html`<circle cx="${x(row.score)}" cy="${px(middle + offset)}" r="4.5"><title>${`${row.model} (${row.pretraining}): ${score(row.score)}`}</title></circle>`;
    });
    return html`<path class="grid" d="M${PLACE_LEFT} ${middle}H${PLACE_WIDTH - 12}"/><text x="${PLACE_LEFT - 14}" y="${middle + 4}" text-anchor="end">${group}</text>${dots}`;
  });
  const ticks = Array.from({ length: Math.round((1 - lowest) * 10) + 1 }, (_, i) => lowest + i / 10);
  const band =
    ci === null
      ? null
      : html`<rect class="band" x="${x(ci[0])}" y="14" width="${px(xNumber(ci[1]) - xNumber(ci[0]))}" height="${bottom - 14}"/>`;
  return html`<svg class="published" viewBox="0 0 ${PLACE_WIDTH} ${bottom + 22}" role="img" aria-label="Mean spurious scores of the ${place.published.length} published models by pretraining data, and of this model.">${band}${lanes}<path class="here" d="M${x(mean)} 14V${bottom}"/><text class="here-text" x="${x(mean)}" y="10" text-anchor="middle">this model ${score(mean)}</text>${ticks.map(
    (tick) =>
      html`<text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${tick.toFixed(1)}</text>`,
  )}</svg>`;
}
