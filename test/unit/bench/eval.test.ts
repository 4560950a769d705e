import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readEval, readPipeline } from "../../../src/bench/benchmarks/eval.js";
import { PeerMissing } from "../../../src/bench/contestant.js";
import type { SpuriousError } from "../../../src/errors.js";

describe("what the two sides of bench eval print", () => {
  test("the rate of a result is that without start-up", () => {
    const document = {
      classes: [{ ap: 0.5 }, { ap: 0.75 }],
      counts: { val: 100, spurious: 150 },
      provenance: { version: "1.2.3", imagesPerSecond: 50 },
    };
    assert.deepEqual(readEval(JSON.stringify(document)), {
      version: "spurious-native 1.2.3",
      measurement: { items: 250, seconds: 5 },
      answer: [0.5, 0.75],
    });
  });

  test("a longer run's rate is that after the first steps", () => {
    const document = {
      classes: [],
      counts: { val: 100, spurious: 150 },
      provenance: { version: "1.2.3", imagesPerSecond: 40, steadyImagesPerSecond: 50 },
    };
    const { measurement } = readEval(JSON.stringify(document));
    assert.deepEqual(measurement, { items: 250, seconds: 5 });
  });

  test("a pipeline's messages are found among other lines", () => {
    const output = [
      "a warning",
      JSON.stringify({ ready: { version: "torch 2", warmUp: "", answer: [0.5] } }),
      JSON.stringify({ run: { items: 250, seconds: 10 } }),
    ].join("\n");
    assert.deepEqual(readPipeline(output), {
      version: "torch 2",
      measurement: { items: 250, seconds: 10 },
      answer: [0.5],
    });
  });

  test("a pipeline without its packages is a missing peer", () => {
    const missing = { reason: "pillow is not installed", install: "pip install pillow" };
    assert.throws(
      () => readPipeline(JSON.stringify({ missing })),
      new PeerMissing(missing.reason, missing.install),
    );
  });

  test("a pipeline that says nothing has failed", () => {
    assert.throws(
      () => readPipeline("hello"),
      (error: SpuriousError) => error.code === "BENCH_FAILED",
    );
  });
});
