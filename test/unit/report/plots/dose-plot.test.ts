import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dosePlot } from "../../../../src/report/plots/dose-plot.js";
import { textOf } from "../../../helpers/markup.js";

const STRENGTHS = [0, 0.25, 0.5, 0.6, 1];

function plot(...series: number[][]): string {
  return dosePlot({
    title: "spurious score",
    strengths: STRENGTHS,
    series: series.map((values, i) => ({ name: `line ${i}`, look: "solid", values })),
    marked: 0.6,
    format: (value) => value.toFixed(2),
  }).text;
}

const dots = (markup: string): [number, number][] =>
  [...markup.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

describe("dosePlot", () => {
  test("has a dot for each strength, in proportion, higher for larger values", () => {
    const points = dots(plot([0.5, 0.6, 0.7, 0.7, 0.9]));
    assert.equal(points.length, STRENGTHS.length);
    const [left = 0, right = 0] = [points[0]?.[0], points.at(-1)?.[0]];
    for (const [i, [x]] of points.entries()) {
      assert.ok(Math.abs((x - left) / (right - left) - (STRENGTHS[i] ?? 0)) < 1e-3);
    }
    const heights = points.map(([, y]) => y);
    assert.equal(heights[2], heights[3]);
    assert.ok((heights[0] ?? 0) > (heights[1] ?? 0) && (heights[3] ?? 0) > (heights[4] ?? 0));
    assert.ok(plot([0.5, 0.6, 0.7, 0.7, 0.9]).includes(`class="marked" d="M${points[3]?.[0]} `));
  });

  test("draws a small change small", () => {
    const heights = dots(plot([0.8, 0.8, 0.8, 0.8, 0.801])).map(([, y]) => y);
    assert.ok((heights[0] ?? 0) - (heights[4] ?? 0) < 15);
  });

  test("keeps the names of lines that end together apart", () => {
    const markup = plot([0.5, 0.6, 0.7, 0.8, 0.9], [0.5, 0.6, 0.7, 0.8, 0.9]);
    const [first = 0, second = 0] = [
      ...markup.matchAll(/class="dose-name" x="[\d.]+" y="([\d.]+)"/g),
    ].map(([, y]) => Number(y));
    assert.equal(second - first, 14);
    assert.match(textOf(markup), /line 0 line 1/);
  });
});
