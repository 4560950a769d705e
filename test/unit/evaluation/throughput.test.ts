import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Throughput } from "../../../src/evaluation/throughput.js";

describe("images against the clock", () => {
  test("counts all of them, and those after the first two steps", (t) => {
    let now = 1000;
    t.mock.method(performance, "now", () => now);
    const throughput = new Throughput();
    for (const [images, milliseconds] of [
      [32, 4000],
      [32, 2000],
      [32, 1000],
      [16, 500],
    ] as const) {
      now += milliseconds;
      throughput.add(images);
    }
    assert.equal(throughput.imagesPerSecond, 112 / 7.5);
    assert.equal(throughput.steadyImagesPerSecond, 48 / 1.5);
  });

  test("has no rate of nothing, and no steady one of two steps", () => {
    const throughput = new Throughput();
    assert.equal(throughput.imagesPerSecond, null);
    throughput.add(1);
    throughput.add(1);
    assert.equal(throughput.steadyImagesPerSecond, null);
  });
});
