import assert from "node:assert/strict";
import { test } from "node:test";

import { readMine } from "../../../src/bench/benchmarks/mine.js";

test("the rate of a mined pool is that after the first steps, else that of all", () => {
  const document = (provenance: object): string =>
    JSON.stringify({ counts: { pool: 250 }, provenance: { version: "1.2.3", ...provenance } });
  const rates = { imagesPerSecond: 25, steadyImagesPerSecond: 50 };
  assert.deepEqual(readMine(document(rates)), {
    version: "spurious-native 1.2.3",
    measurement: { items: 250, seconds: 5 },
    answer: undefined,
  });
  const { measurement } = readMine(document({ ...rates, steadyImagesPerSecond: null }));
  assert.deepEqual(measurement, { items: 250, seconds: 10 });
});
