import { scaleLinear } from "d3-scale";

/** A coordinate with one decimal: a tenth of a pixel is finer than any screen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * A position across a plot that is as wide as the page: text and dots keep their size while the
 * plot stretches.
 */
export function percentOfWidth(value: number): string {
  return `${String(Math.round(value * 100) / 100)}%`;
}

/** Share of the width that plots keep free at either side, so that dots at the ends are whole. */
export const SIDE = 1.5;

export type Scale = (value: number) => number;

/** From values to percent of the width. */
export function acrossWidth(lowest: number, highest: number): Scale {
  return scaleLinear([lowest, highest], [SIDE, 100 - SIDE]);
}
