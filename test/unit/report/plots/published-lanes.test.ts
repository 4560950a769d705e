import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { publishedLanes } from "../../../../src/report/plots/published-lanes.js";
import { publishedPlace } from "../../../../src/report/published.js";
import { benchmarkRows } from "../../../helpers/benchmark-rows.js";
import { resultOf } from "../../../helpers/rows.js";

const PLACE = publishedPlace(resultOf(benchmarkRows(2, 2)));

function lanes(mean: number, ci: [number, number] | null): string {
  assert.ok(PLACE);
  return publishedLanes(PLACE, mean, ci).text;
}

describe("publishedLanes", () => {
  test("shows all 77 models, none upon another", () => {
    const dots = [...lanes(0.8, null).matchAll(/class="model" cx="([\d.]+)%" cy="([\d.]+)"/g)].map(
      ([, x, y]) => ({ x: Number(x), y: Number(y) }),
    );
    assert.equal(dots.length, 77);
    for (const [i, a] of dots.entries()) {
      for (const b of dots.slice(i + 1)) {
        assert.ok(Math.abs(a.x - b.x) > 1 || Math.abs(a.y - b.y) > 8, JSON.stringify([a, b]));
      }
    }
  });

  test("marks the model, and its interval when there is one", () => {
    assert.match(lanes(0.8123, null), /this model 0\.812/);
    assert.doesNotMatch(lanes(0.8, null), /class="band"/);
    assert.match(lanes(0.8, [0.78, 0.82]), /<rect class="band" x="[\d.]+%"/);
  });

  test("stretches to scores lower than all published ones", () => {
    const svg = lanes(0.23, [0.19, 0.27]);
    const positions = [...svg.matchAll(/(?:x|x1|cx)="(-?[\d.]+)%"/g)].map(([, x]) => Number(x));
    assert.ok(positions.every((x) => x >= 0 && x <= 100));
    assert.match(svg, />0\.1<\/text>/);
  });
});
