import { scaleLinear } from "d3-scale";
import { area, curveStepBefore, line } from "d3-shape";
import { score } from "../format.js";
import { html, type Markup } from "../html.js";
import { type PrecisionRecall, precisionRecall } from "../precision-recall.js";
import { px } from "./coordinates.js";

export const PLOT_WIDTH = 172;
const HEIGHT = 138;
const LEFT = 24;
const RIGHT = 8;
const TOP = 20;
const BOTTOM = 20;

const x = scaleLinear([0, 1], [LEFT, PLOT_WIDTH - RIGHT]);
const y = scaleLinear([0, 1], [HEIGHT - BOTTOM, TOP]);

const steps = line<PrecisionRecall>(
  ({ recall }) => x(recall),
  ({ precision }) => y(precision),
)
  .curve(curveStepBefore)
  .digits(1);

const below = area<PrecisionRecall>(
  ({ recall }) => x(recall),
  y(0),
  ({ precision }) => y(precision),
)
  .curve(curveStepBefore)
  .digits(1);

/** The curve whose area is the average precision, and the chance level. */
export function precisionRecallPlot(
  val: readonly number[],
  spurious: readonly number[],
  ap: number,
): Markup {
  const thresholds = precisionRecall(val, spurious);
  const first = thresholds[0];
  const curve = first ? [{ ...first, recall: 0 }, ...thresholds] : [];
  const chance = px(y(val.length / (val.length + spurious.length)));
  const label = `Precision-recall curve; its area, the average precision, is ${score(ap)}`;
  return html`<svg class="pr" width="${PLOT_WIDTH}" height="${HEIGHT}" role="img" aria-label="${label}">${axes()}<path class="area" d="${below(curve) ?? ""}"/><line class="chance" x1="${x(0)}" x2="${x(1)}" y1="${chance}" y2="${chance}"/><path class="curve" d="${steps(curve) ?? ""}"/></svg>`;
}

function axes(): Markup {
  const [left, right, top, bottom] = [x(0), x(1), y(1), y(0)].map(px) as [
    string,
    string,
    string,
    string,
  ];
  return html`<path class="axis" d="M${left} ${top}V${bottom}H${right}"/><text x="${LEFT}" y="${TOP - 9}">precision</text><text x="${right}" y="${HEIGHT - 5}" text-anchor="end">recall</text><text x="${LEFT - 6}" y="${px(y(1) + 4)}" text-anchor="end">1</text><text x="${LEFT - 6}" y="${px(y(0) + 4)}" text-anchor="end">0</text>`;
}
