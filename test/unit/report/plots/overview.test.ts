import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { overview } from "../../../../src/report/plots/overview.js";
import { byScore } from "../../../../src/report/strips.js";
import { Random } from "../../../helpers/random.js";
import { randomRows, resultOf } from "../../../helpers/rows.js";

function plotOf(classes: number, bootstrap = 0): { svg: string; aps: number[] } {
  const indices = Array.from({ length: classes }, (_, i) => i);
  const result = resultOf(randomRows(new Random(classes), indices, 6, 9), { bootstrap });
  const ascending = byScore(result.classes);
  const svg = overview(ascending, new Set([ascending[0]?.index ?? -1]), result.score.mean).text;
  return { svg, aps: ascending.map(({ ap }) => ap) };
}

const numbers = (svg: string, pattern: RegExp): number[] =>
  [...svg.matchAll(pattern)].map(([, value]) => Number(value));

describe("overview", () => {
  test("has a dot for every class, from left to right and the higher the score", () => {
    const { svg, aps } = plotOf(40);
    const xs = numbers(svg, /<circle class="score" cx="([\d.]+)%"/g);
    const ys = numbers(svg, /<circle class="score" [^>]* cy="([\d.]+)"/g);
    assert.equal(xs.length, 40);
    for (let i = 1; i < 40; i++) {
      assert.ok((xs[i] as number) > (xs[i - 1] as number));
      assert.ok((ys[i] as number) <= (ys[i - 1] as number));
    }
    const [zero, one] = [0, 5].map((i) => numbers(svg, /class="grid" [^>]*y1="([\d.]+)"/g)[i] ?? 0);
    const expected = aps.map((ap) => (zero ?? 0) + ap * ((one ?? 0) - (zero ?? 0)));
    for (const [i, y] of ys.entries()) assert.ok(Math.abs(y - (expected[i] ?? 0)) < 0.06);
  });

  test("draws intervals where there are some", () => {
    assert.equal(plotOf(8).svg.split('class="ci"').length - 1, 0);
    assert.equal(plotOf(8, 20).svg.split('class="ci"').length - 1, 8);
  });

  test("names classes while there is room, and links those that have a section", () => {
    assert.equal(plotOf(12).svg.split('class="name"').length - 1, 12);
    const { svg } = plotOf(13);
    assert.equal(svg.split('class="name"').length - 1, 0);
    assert.equal(svg.split("<a ").length - 1, 1);
  });
});
