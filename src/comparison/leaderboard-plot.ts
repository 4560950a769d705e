import * as echarts from "echarts";
import { FONT } from "../report/fonts.js";
import { PRETRAINING_GROUPS, pretrainingGroup } from "../report/published.js";
import type { LeaderboardRow } from "./leaderboard.js";

const WIDTH = 960;
const HEIGHT = 600;
/** Okabe and Ito's colours, told apart by most colour-blind people; the shapes differ, too. */
const LOOKS = [
  { color: "#0072b2", symbol: "circle" },
  { color: "#d55e00", symbol: "triangle" },
  { color: "#009e73", symbol: "rect" },
] as const;
const OWN = { color: "#000000", symbol: "diamond" } as const;

/**
 * Accuracy against mean spurious score, with an arrow from each published model to itself after
 * SpuFix. Results without a known accuracy are lines across.
 */
export function leaderboardSvg(rows: readonly LeaderboardRow[]): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH,
    height: HEIGHT,
  });
  const published = rows.filter(({ source }) => source === "published");
  const series = PRETRAINING_GROUPS.map((group, i) => ({
    name: group,
    type: "scatter" as const,
    symbol: LOOKS[i]?.symbol ?? "circle",
    symbolSize: 9,
    itemStyle: { color: LOOKS[i]?.color ?? "#000000" },
    data: published
      .filter((row) => pretrainingGroup({ pretraining: row.pretraining ?? "" }) === group)
      .flatMap(({ accuracy, score, model }) =>
        accuracy === null ? [] : [{ name: model, value: [accuracy, score] }],
      ),
  }));
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: `${FONT}, Helvetica, Arial, sans-serif`, color: "#333333" },
    legend: { top: 16, right: 32, itemGap: 24 },
    title: { text: "Accuracy and spurious score", left: 24, top: 12, textStyle: { fontSize: 18 } },
    grid: { left: 80, right: 40, top: 64, bottom: 64 },
    xAxis: axis("ImageNet accuracy (%)", 36),
    // A mark line alone does not widen the axis.
    yAxis: { ...axis("mean spurious score", 52), min: lowestTick(rows) },
    series: [...series, arrows(published), ...ownResults(rows)],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function lowestTick(rows: readonly LeaderboardRow[]): number {
  const lowest = rows.reduce((least, { score }) => Math.min(least, score), 1);
  return Math.max(0, Math.floor(lowest * 20 - 0.4) / 20);
}

function axis(name: string, nameGap: number) {
  return { type: "value" as const, scale: true, name, nameLocation: "middle" as const, nameGap };
}

function arrows(published: readonly LeaderboardRow[]) {
  return {
    name: "after SpuFix",
    type: "lines" as const,
    coordinateSystem: "cartesian2d" as const,
    symbol: ["none", "arrow"],
    symbolSize: 6,
    lineStyle: { color: "#8c959f", width: 1, opacity: 0.9 },
    data: published.flatMap(({ accuracy, score, fixedAccuracy, fixedScore }) =>
      accuracy === null || fixedAccuracy === null || fixedScore === null
        ? []
        : [
            {
              coords: [
                [accuracy, score],
                [fixedAccuracy, fixedScore],
              ],
            },
          ],
    ),
  };
}

function ownResults(rows: readonly LeaderboardRow[]) {
  const own = rows.filter(({ source }) => source === "result");
  if (own.length === 0) return [];
  return [
    {
      name: "results",
      type: "scatter" as const,
      symbol: OWN.symbol,
      symbolSize: 14,
      itemStyle: { color: OWN.color },
      data: [],
      markLine: {
        symbol: "none",
        lineStyle: { color: OWN.color, type: "dashed" as const },
        label: { formatter: "{b}", position: "insideMiddleTop" as const },
        data: own.map(({ model, score }) => ({ name: model, yAxis: score })),
      },
    },
  ];
}
