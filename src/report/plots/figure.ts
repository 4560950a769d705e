import type { ScaleContinuousNumeric } from "d3-scale";
import { FONT } from "../fonts.js";
import { type Content, html, type Markup } from "../html.js";

/** A figure of its own: an SVG document on white, with axes, for papers and for PNG. */
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

/** Ranges for the scales of a figure's axes. */
export const FIGURE_X: readonly [number, number] = [FIGURE.left, FIGURE.width - FIGURE.right];
export const FIGURE_Y: readonly [number, number] = [FIGURE.height - FIGURE.bottom, FIGURE.top];

export function figureSvg({ title, x, y, legend = [], marks }: Figure): string {
  const { width, height, left, bottom } = FIGURE;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}, Helvetica, Arial, sans-serif" font-size="13" fill="${SOFT}"><rect width="${width}" height="${height}" fill="#ffffff"/><text x="${left}" y="34" font-size="20" font-weight="600" fill="${INK}">${title}</text>${legendOf(legend)}${xAxis(x)}${yAxis(y)}${marks}<text x="${(left + width - FIGURE.right) / 2}" y="${height - 18}" text-anchor="middle" fill="${INK}">${x.label}</text><text transform="translate(24 ${(FIGURE.top + height - bottom) / 2}) rotate(-90)" text-anchor="middle" fill="${INK}">${y.label}</text></svg>`
    .text;
}

function xAxis({ scale, ticks, format }: Axis): Markup {
  const [bottom, top] = FIGURE_Y;
  const lines = ticks.map((tick) => {
    const at = scale(tick).toFixed(1);
    return html`<path d="M${at} ${bottom}V${top}" stroke="${LINE}"/><text x="${at}" y="${bottom + 20}" text-anchor="middle">${format(tick)}</text>`;
  });
  return html`${lines}<path d="M${FIGURE_X[0]} ${bottom}H${FIGURE_X[1]}" stroke="${SOFT}"/>`;
}

function yAxis({ scale, ticks, format }: Axis): Markup {
  const [left, right] = FIGURE_X;
  return html`${ticks.map((tick) => {
    const at = scale(tick);
    return html`<path d="M${left} ${at.toFixed(1)}H${right}" stroke="${LINE}"/><text x="${left - 10}" y="${(at + 4).toFixed(1)}" text-anchor="end">${format(tick)}</text>`;
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
