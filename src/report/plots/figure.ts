import type { ScaleContinuousNumeric } from "d3-scale";
import { FONT } from "../fonts.js";
import { type Content, html, type Markup } from "../html.js";

/** A plot with axes: a document of its own on white, for papers and for PNG, or part of a page. */
export interface Figure {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly legend?: readonly LegendEntry[];
  readonly marks: readonly Content[];
}

export interface Axis {
  readonly scale: ScaleContinuousNumeric<number, number>;
  readonly label: string;
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
}

export interface LegendEntry {
  readonly label: string;
  /** A mark around the origin. */
  readonly mark: Markup;
}

export const FIGURE = {
  width: 960,
  height: 600,
  left: 84,
  right: 32,
  top: 72,
  bottom: 64,
} as const;
const INK = "#24292f";
const SOFT = "#57606a";
const LINE = "#d8dee4";
const LEGEND_STEP = 22;
const CHARACTER = 7.2;
/** Height of the title, which a page has as a heading. */
const TITLE_HEIGHT = 44;

/** Ranges for the scales of a figure's axes. */
export const FIGURE_X: readonly [number, number] = [FIGURE.left, FIGURE.width - FIGURE.right];
export const FIGURE_Y: readonly [number, number] = [FIGURE.height - FIGURE.bottom, FIGURE.top];

/** The figure as an SVG document. */
export function figureSvg(figure: Figure): string {
  const { width, height, left } = FIGURE;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}, Helvetica, Arial, sans-serif" font-size="13" fill="${SOFT}"><rect width="${width}" height="${height}" fill="#ffffff"/><text x="${left}" y="34" font-size="20" font-weight="600" fill="${INK}">${figure.title}</text>${content(figure)}</svg>`
    .text;
}

/**
 * The figure as part of a page, whose style sheet wins over the colours of the document.
 * @param label what it shows, for those who do not see it
 */
export function inlineFigure(figure: Figure, label: string): Markup {
  const { width, height } = FIGURE;
  return html`<svg class="figure" viewBox="0 ${TITLE_HEIGHT} ${width} ${height - TITLE_HEIGHT}" role="img" aria-label="${label}">${content(figure)}</svg>`;
}

function content({ x, y, legend = [], marks }: Figure): Markup {
  const { width, height, left, right, top, bottom } = FIGURE;
  return html`${legendOf(legend)}${xAxis(x)}${yAxis(y)}${marks}<text x="${(left + width - right) / 2}" y="${height - 18}" text-anchor="middle" fill="${INK}">${x.label}</text><text transform="translate(24 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${INK}">${y.label}</text>`;
}

function xAxis({ scale, ticks, format }: Axis): Markup {
  const [bottom, top] = FIGURE_Y;
  const lines = ticks.map((tick) => {
    const at = scale(tick).toFixed(1);
    return html`<path class="grid" d="M${at} ${bottom}V${top}" stroke="${LINE}"/><text class="x-tick" x="${at}" y="${bottom + 20}" text-anchor="middle">${format(tick)}</text>`;
  });
  return html`${lines}<path class="axis" d="M${FIGURE_X[0]} ${bottom}H${FIGURE_X[1]}" stroke="${SOFT}"/>`;
}

function yAxis({ scale, ticks, format }: Axis): Markup {
  const [left, right] = FIGURE_X;
  return html`${ticks.map((tick) => {
    const at = scale(tick);
    return html`<path class="grid" d="M${left} ${at.toFixed(1)}H${right}" stroke="${LINE}"/><text class="y-tick" x="${left - 10}" y="${(at + 4).toFixed(1)}" text-anchor="end">${format(tick)}</text>`;
  })}`;
}

/** In a line below the title. */
function legendOf(legend: readonly LegendEntry[]): Markup {
  let left: number = FIGURE.left + 10;
  const entries = legend.map(({ label, mark }) => {
    const at = left;
    left += label.length * CHARACTER + LEGEND_STEP + 26;
    return html`<g transform="translate(${at.toFixed(1)} 58)">${mark}</g><text x="${(at + 16).toFixed(1)}" y="63">${label}</text>`;
  });
  return html`${entries}`;
}
