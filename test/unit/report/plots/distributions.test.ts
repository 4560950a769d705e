import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { distributions, logOddsPosition } from "../../../../src/report/plots/distributions.js";
import { assertClose } from "../../../helpers/numbers.js";

describe("logOddsPosition", () => {
  test("is symmetric about one half and clamped at the ends", () => {
    assertClose(logOddsPosition(0.5), 0.5, 1e-12);
    assertClose(logOddsPosition(0.9) + logOddsPosition(0.1), 1, 1e-12);
    assert.deepEqual([0, 1e-9, 1 - 1e-9, 1].map(logOddsPosition), [0, 0, 1, 1]);
  });
});

/** Corners of the bars of one kind: [x, y] pairs by bar. */
function bars(svg: string, kind: string): { left: number; height: number }[] {
  const path = new RegExp(`class="${kind}" d="([^"]*)"`).exec(svg)?.[1] ?? "";
  return [...path.matchAll(/M([\d.]+) ([\d.]+)V(-?[\d.]+)/g)].map(([, left, from, to]) => ({
    left: Number(left),
    height: Number(from) - Number(to),
  }));
}

describe("distributions", () => {
  test("has validation bars upwards and spurious bars downwards, each as a share of its own", () => {
    const svg = distributions([1, 1, 0, 0], [0, 0, 0, 0], 140, 44).text;
    const val = bars(svg, "val");
    assert.deepEqual(
      val.map(({ left }) => left < 70),
      [true, false],
    );
    assert.deepEqual(
      val.map(({ height }) => height),
      [10, 10],
    );
    assert.deepEqual(
      bars(svg, "spurious").map(({ height }) => height),
      [-20],
    );
  });

  test("shows single images among many", () => {
    const many = Array.from({ length: 10_000 }, () => 0.001);
    const heights = bars(distributions([...many, 0.9], [0.5]).text, "val").map((bar) => bar.height);
    assert.equal(heights.length, 2);
    assert.ok(Math.min(...heights) >= 1);
  });
});
