import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolSquare, symbolTriangle, type SymbolType } from "d3-shape";
import { html, type Markup } from "../report/html.js";
import { FIGURE_X, FIGURE_Y, figureSvg } from "../report/plots/figure.js";
import { PRETRAINING_GROUPS, pretrainingGroup } from "../report/published.js";
import type { LeaderboardRow } from "./leaderboard.js";

/** Okabe and Ito's colours, told apart by most colour-blind people; the shapes differ, too. */
const LOOKS: readonly { readonly color: string; readonly shape: SymbolType }[] = [
  { color: "#0072b2", shape: symbolCircle },
  { color: "#d55e00", shape: symbolTriangle },
  { color: "#009e73", shape: symbolSquare },
];
const AREA = 62;
const ARROW = html`<path d="M-9 0H7M3 -3.5L8 0L3 3.5" fill="none" stroke="#6e7781"/>`;
const OWN = "#000000";

type Scale = (value: number) => number;

/**
 * Accuracy against mean spurious score, with an arrow from each published model to itself after
 * SpuFix. Results given are lines across: their accuracy is not known.
 */
export function leaderboardSvg(rows: readonly LeaderboardRow[]): string {
  const published = rows.filter(({ source }) => source === "published");
  const own = rows.filter(({ source }) => source === "result");
  const accuracies = published.flatMap(({ accuracy }) => accuracy ?? []);
  const scores = rows.flatMap(({ score, fixedScore }) => [score, fixedScore ?? score]);
  const x = scaleLinear(extent(accuracies), FIGURE_X).nice();
  const y = scaleLinear(extent(scores), FIGURE_Y).nice();
  return figureSvg({
    title: "Accuracy and spurious score",
    x: { scale: x, label: "ImageNet accuracy (%)", ticks: x.ticks(8), format: String },
    y: {
      scale: y,
      label: "mean spurious score",
      ticks: y.ticks(8),
      format: (tick) => tick.toFixed(2),
    },
    legend: [
      ...PRETRAINING_GROUPS.map((label) => ({ label, mark: point(label) })),
      { label: "after SpuFix", mark: ARROW },
      ...(own.length > 0 ? [{ label: "results", mark: OWN_MARK }] : []),
    ],
    marks: [
      ...published.map((row) => arrow(row, x, y)),
      ...published.map((row) => dot(row, x, y)),
      ...own.map((row) => ownLine(row, y)),
    ],
  });
}

const OWN_MARK = html`<path d="M-10 0H8" stroke="${OWN}" stroke-dasharray="5 3"/>`;

function extent(values: readonly number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = (most - least) * 0.02;
  return [least - margin, most + margin];
}

function groupOf({ pretraining }: LeaderboardRow) {
  return pretrainingGroup({ pretraining: pretraining ?? "" });
}

function point(group: (typeof PRETRAINING_GROUPS)[number]): Markup {
  const { color, shape } = LOOKS[PRETRAINING_GROUPS.indexOf(group)] ?? {
    color: OWN,
    shape: symbolCircle,
  };
  return html`<path class="point" d="${symbol(shape, AREA)() ?? ""}" fill="${color}" fill-opacity="0.85"/>`;
}

function dot(row: LeaderboardRow, x: Scale, y: Scale): Markup | null {
  if (row.accuracy === null) return null;
  const title = `${row.model}: accuracy ${row.accuracy.toFixed(1)} %, score ${row.score.toFixed(3)}`;
  return html`<g class="model" transform="translate(${x(row.accuracy).toFixed(1)} ${y(row.score).toFixed(1)})"><title>${title}</title>${point(groupOf(row))}</g>`;
}

const HEAD = 5;

function arrow(row: LeaderboardRow, x: Scale, y: Scale): Markup | null {
  const { accuracy, score, fixedAccuracy, fixedScore } = row;
  if (accuracy === null || fixedAccuracy === null || fixedScore === null) return null;
  const [x1, y1, x2, y2] = [x(accuracy), y(score), x(fixedAccuracy), y(fixedScore)];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const wing = (turn: number): string =>
    `${(x2 - HEAD * Math.cos(angle + turn)).toFixed(1)} ${(y2 - HEAD * Math.sin(angle + turn)).toFixed(1)}`;
  const tip = `${x2.toFixed(1)} ${y2.toFixed(1)}`;
  return html`<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${tip}M${wing(0.5)}L${tip}L${wing(-0.5)}" fill="none" stroke="#6e7781"/>`;
}

function ownLine({ model, score }: LeaderboardRow, y: Scale): Markup {
  const [left, right] = FIGURE_X;
  const at = y(score).toFixed(1);
  return html`<path d="M${left} ${at}H${right}" stroke="${OWN}" stroke-dasharray="6 4"/><text x="${(left + right) / 2}" y="${(y(score) - 6).toFixed(1)}" text-anchor="middle" fill="${OWN}" font-weight="600">${model} ${score.toFixed(3)}</text>`;
}
