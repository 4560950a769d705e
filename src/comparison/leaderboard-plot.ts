import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolSquare, symbolTriangle, type SymbolType } from "d3-shape";
import { html, type Markup } from "../report/html.js";
import { type Figure, FIGURE_X, FIGURE_Y, figureSvg } from "../report/plots/figure.js";
import { PRETRAINING_GROUPS, pretrainingGroup } from "../report/published.js";
import type { LeaderboardRow } from "./leaderboard.js";

/** Okabe and Ito's colours, told apart by most colour-blind people; the shapes differ, too. */
const LOOKS: readonly { readonly color: string; readonly shape: SymbolType }[] = [
  { color: "#0072b2", shape: symbolCircle },
  { color: "#d55e00", shape: symbolTriangle },
  { color: "#009e73", shape: symbolSquare },
];
const AREA = 62;
const ARROW = "#6e7781";
const OWN = "#000000";
/** From the arrow's tip back along its wings. */
const HEAD = 5;
/** Column for models whose accuracy is not known. */
const UNKNOWN_WIDTH = 150;
const GAP = 24;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a model stands, before and after SpuFix. */
interface Place {
  readonly row: LeaderboardRow;
  readonly at: Point;
  readonly fixed: Point | null;
}

/** scatter.svg */
export function leaderboardSvg(rows: readonly LeaderboardRow[]): string {
  return figureSvg(leaderboardFigure(rows));
}

/**
 * Accuracy against mean spurious score, with an arrow from each model to itself after SpuFix.
 * Published models without an accuracy stand in a column of their own; other results without one
 * are lines across.
 */
export function leaderboardFigure(rows: readonly LeaderboardRow[]): Figure {
  const known = rows.filter(({ accuracy }) => accuracy !== null);
  const unknown = rows.filter((row) => row.source === "published" && row.accuracy === null);
  const lines = rows.filter((row) => row.source === "result" && row.accuracy === null);
  const [left, right] = FIGURE_X;
  const column = right - UNKNOWN_WIDTH;
  const accuracies = known.flatMap(({ accuracy, fixedAccuracy }) => [
    accuracy ?? 0,
    fixedAccuracy ?? accuracy ?? 0,
  ]);
  const scores = rows.flatMap(({ score, fixedScore }) => [score, fixedScore ?? score]);
  const x = scaleLinear(extent(accuracies), [
    left,
    unknown.length > 0 ? column - GAP : right,
  ]).nice();
  const y = scaleLinear(extent(scores), FIGURE_Y).nice();
  const places = [
    ...known.map((row) => placeOf(row, x(row.accuracy ?? 0), x(row.fixedAccuracy ?? 0), y)),
    ...unknown.map((row, i) => {
      const at = column + ((i + 0.5) / unknown.length) * UNKNOWN_WIDTH;
      return placeOf(row, at, at, y);
    }),
  ];
  return {
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
      { label: "after SpuFix", mark: LEGEND_ARROW },
      ...(rows.some(({ source }) => source === "result")
        ? [{ label: "results", mark: OWN_MARK }]
        : []),
    ],
    marks: [
      unknown.length > 0 && columnOfUnknown(column),
      ...places.map(arrow),
      ...places.map(dot),
      ...lines.map((row, i) => ownLine(row, (i + 0.5) / lines.length, y)),
    ],
  };
}

const LEGEND_ARROW = html`<path class="arrow" d="M-9 0H7M3 -3.5L8 0L3 3.5" fill="none" stroke="${ARROW}"/>`;
const OWN_MARK = html`<path class="own" d="M-10 0H8" fill="none" stroke="${OWN}" stroke-width="2"/>`;

type Scale = (value: number) => number;

function extent(values: readonly number[]): [number, number] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const margin = (most - least) * 0.02;
  return [least - margin, most + margin];
}

function placeOf(row: LeaderboardRow, x: number, fixedX: number, y: Scale): Place {
  const { score, fixedScore, accuracy, fixedAccuracy } = row;
  // An arrow needs both ends, but for the column without accuracies.
  const ends = fixedScore !== null && (fixedAccuracy !== null || accuracy === null);
  return { row, at: { x, y: y(score) }, fixed: ends ? { x: fixedX, y: y(fixedScore) } : null };
}

function columnOfUnknown(left: number): Markup {
  const [bottom, top] = FIGURE_Y;
  const middle = left + UNKNOWN_WIDTH / 2;
  return html`<path class="axis" d="M${(left - GAP / 2).toFixed(1)} ${bottom}V${top}" fill="none" stroke="${ARROW}" stroke-dasharray="2 3"/><text x="${middle}" y="${bottom + 20}" text-anchor="middle">not published</text>`;
}

function point(group: (typeof PRETRAINING_GROUPS)[number]): Markup {
  const { color, shape } = LOOKS[PRETRAINING_GROUPS.indexOf(group)] ?? {
    color: OWN,
    shape: symbolCircle,
  };
  return html`<path class="point" d="${symbol(shape, AREA)() ?? ""}" fill="${color}" fill-opacity="0.85"/>`;
}

function dot({ row, at }: Place): Markup {
  const where = `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`;
  if (row.source === "result") {
    return html`<g class="model-here" transform="${where}"><title>${inWords(row)}</title><circle class="own-dot" r="5.5" fill="${OWN}"/>${nameOf(row.model, 0, 20)}</g>`;
  }
  const group = pretrainingGroup({ pretraining: row.pretraining ?? "" });
  return html`<g class="published" transform="${where}"><title>${inWords(row)}</title>${point(group)}</g>`;
}

function inWords({ model, accuracy, score, fixedScore, fixedAccuracy }: LeaderboardRow): string {
  const parts = [
    accuracy === null ? "accuracy not known" : `accuracy ${accuracy.toFixed(1)} %`,
    `score ${score.toFixed(3)}`,
    fixedScore === null ? null : `after SpuFix ${fixedScore.toFixed(3)}`,
    fixedAccuracy === null ? null : `at ${fixedAccuracy.toFixed(1)} %`,
  ];
  return `${model}: ${parts.filter((part) => part !== null).join(", ")}`;
}

function arrow({ row, at, fixed }: Place): Markup | null {
  return fixed && arrowBetween(at, fixed, row.source === "result");
}

function arrowBetween(from: Point, to: Point, own: boolean): Markup {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const wing = (turn: number): string =>
    `${(to.x - HEAD * Math.cos(angle + turn)).toFixed(1)} ${(to.y - HEAD * Math.sin(angle + turn)).toFixed(1)}`;
  const tip = `${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
  return html`<path class="${own ? "own" : "arrow"}" d="M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${tip}M${wing(0.5)}L${tip}L${wing(-0.5)}" fill="none" stroke="${own ? OWN : ARROW}"/>`;
}

/** @param share place of the name between the left and the right end, as 0 to 1 */
function ownLine({ model, score, fixedScore }: LeaderboardRow, share: number, y: Scale): Markup {
  const [left, right] = FIGURE_X;
  const at = left + share * (right - left);
  const across = (value: number): Markup =>
    html`<path class="own" d="M${left} ${y(value).toFixed(1)}H${right}" fill="none" stroke="${OWN}" stroke-dasharray="6 4"/>`;
  const name = nameOf(`${model} ${score.toFixed(3)}`, at, y(score) - 6);
  if (fixedScore === null) return html`${across(score)}${name}`;
  const end = { x: left + 14 + share * 60, y: y(fixedScore) };
  return html`${across(score)}${across(fixedScore)}${arrowBetween({ x: end.x, y: y(score) }, end, true)}${name}${nameOf(`after SpuFix ${fixedScore.toFixed(3)}`, at, y(fixedScore) - 6)}`;
}

function nameOf(text: string, x: number, y: number): Markup {
  return html`<text class="own-name" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="middle" fill="${OWN}" font-weight="600" stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke">${text}</text>`;
}
