import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { html, type Markup } from "../html.js";
import { px, type Scale } from "./coordinates.js";

/** One line over the strengths. */
export interface DoseSeries {
  readonly name: string;
  /** Style of the line and its name. */
  readonly look: "solid" | "dashed";
  /** One for each strength. */
  readonly values: readonly number[];
}

export interface DosePlot {
  readonly title: string;
  /** Ascending. */
  readonly strengths: readonly number[];
  readonly series: readonly DoseSeries[];
  /** The strength that the page is about. */
  readonly marked: number;
  readonly format: (value: number) => string;
}

const WIDTH = 440;
const HEIGHT = 270;
const LEFT = 46;
const RIGHT = 56;
const TOP = 34;
const BOTTOM = 44;
/** Ends of two names are kept this far from each other. */
const NAME_HEIGHT = 14;
/** The least that an axis covers: smaller changes are to look small. */
const LEAST_SPAN = 0.02;

/** Lines over the strength of a fix; the page's table holds the same numbers. */
export function dosePlot({ title, strengths, series, marked, format }: DosePlot): Markup {
  const x = scaleLinear([strengths[0] ?? 0, strengths.at(-1) ?? 1], [LEFT, WIDTH - RIGHT]);
  const y = valueScale(series.flatMap(({ values }) => values));
  const grid = y.ticks(5).map((tick) => {
    const at = px(y(tick));
    return html`<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`;
  });
  const ticks = strengths
    .filter((strength) => Number.isInteger(strength * 4))
    .map(
      (strength) =>
        html`<text x="${px(x(strength))}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle">${strength}</text>`,
    );
  const here = px(x(marked));
  return html`<svg class="dose" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><text class="axis-name" x="${LEFT - 40}" y="14">${title}</text>${grid}${ticks}<path class="marked" d="M${here} ${TOP}V${HEIGHT - BOTTOM}"/>${series.map((one) => curve(one, strengths, x, y))}${names(series, y)}<text class="axis-name" x="${px((x.range()[0] ?? 0) / 2 + (x.range()[1] ?? 0) / 2)}" y="${HEIGHT - 8}" text-anchor="middle">strength of the fix</text></svg>`;
}

function valueScale(values: readonly number[]) {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const more = Math.max(0, LEAST_SPAN - (most - least)) / 2;
  return scaleLinear([least - more, most + more], [HEIGHT - BOTTOM, TOP]).nice(5);
}

function curve(
  { look, values }: DoseSeries,
  strengths: readonly number[],
  x: Scale,
  y: Scale,
): Markup {
  const path = line<number>(
    (_, i) => x(strengths[i] ?? 0),
    (value) => y(value),
  ).digits(1);
  const dots = values.map(
    (value, i) => html`<circle cx="${px(x(strengths[i] ?? 0))}" cy="${px(y(value))}" r="4"/>`,
  );
  return html`<g class="dose-line ${look}"><path d="${path([...values]) ?? ""}"/>${dots}</g>`;
}

/** Names at the right ends of the lines, pushed apart where lines end close to each other. */
function names(series: readonly DoseSeries[], y: Scale): Markup[] {
  const ends = series
    .map(({ name, values }) => ({ name, at: y(values.at(-1) ?? 0) + 4 }))
    .sort((a, b) => a.at - b.at);
  let above = -Infinity;
  return ends.map(({ name, at }) => {
    above = Math.max(at, above + NAME_HEIGHT);
    return html`<text class="dose-name" x="${WIDTH - RIGHT + 9}" y="${px(above)}">${name}</text>`;
  });
}
