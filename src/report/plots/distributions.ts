import { scaleLinear } from "d3-scale";
import { html, type Markup } from "../html.js";
import { px } from "./coordinates.js";

const BINS = 28;
const WIDTH = 140;
const HEIGHT = 34;
/** Probabilities nearer to 0 or 1 than this are drawn in the outermost bins. */
const EDGE = 1e-5;

const logOdds = (p: number): number => Math.log(p / (1 - p));
const position = scaleLinear([logOdds(EDGE), logOdds(1 - EDGE)], [0, 1]).clamp(true);

/** Position of a probability on the log-odds scale from EDGE to 1 - EDGE, as 0 to 1. */
export function logOddsPosition(p: number): number {
  return position(logOdds(p));
}

/**
 * The distributions of p_k: val images upwards, spurious images downwards, each as shares of its
 * own number, on a log-odds scale (most probabilities crowd at 0 and 1 on a plain one).
 */
export function distributions(
  val: readonly number[],
  spurious: readonly number[],
  width = WIDTH,
  height = HEIGHT,
): Markup {
  const valShares = binShares(val);
  const spuriousShares = binShares(spurious);
  const middle = height / 2;
  const barHeight = scaleLinear([0, Math.max(...valShares, ...spuriousShares)], [0, middle - 2]);
  const left = scaleLinear([0, BINS], [0, width]);
  const bars = (shares: readonly number[], sign: 1 | -1): string =>
    shares
      .flatMap((share, bin) => {
        if (share === 0) return [];
        const tall = sign * Math.max(1.5, barHeight(share));
        return `M${px(left(bin) + 0.4)} ${px(middle + sign)}V${px(middle + sign + tall)}H${px(left(bin + 1) - 0.4)}V${px(middle + sign)}z`;
      })
      .join("");
  return html`<svg class="strip" width="${width}" height="${height}" aria-hidden="true"><path class="axis" d="M0 ${middle}H${width}"/><path class="val" d="${bars(valShares, -1)}"/><path class="spurious" d="${bars(spuriousShares, 1)}"/></svg>`;
}

function binShares(probabilities: readonly number[]): number[] {
  const shares = new Array<number>(BINS).fill(0);
  for (const p of probabilities) {
    const bin = Math.min(BINS - 1, Math.floor(logOddsPosition(p) * BINS));
    shares[bin] = (shares[bin] as number) + 1 / probabilities.length;
  }
  return shares;
}

/** Ticks of the log-odds scale, to stand above or below strips. */
export function distributionScale(width = WIDTH): Markup {
  const ticks: readonly [number, string][] = [
    [0.001, ".001"],
    [0.5, ".5"],
    [0.999, ".999"],
  ];
  return html`<svg class="scale" width="${width}" height="14" aria-hidden="true">${ticks.map(
    ([p, text]) =>
      html`<text x="${px(logOddsPosition(p) * width)}" y="11" text-anchor="middle">${text}</text>`,
  )}</svg>`;
}
