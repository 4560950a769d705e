import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { benchLines, disturbance, rate } from "../../../src/bench/table.js";
import { makeStyle } from "../../../src/terminal/style.js";
import { benchDocument, benchRow } from "./documents.js";

const PLAIN = makeStyle(false);

describe("table of a benchmark", () => {
  const lines = benchLines(benchDocument({}), PLAIN);
  const lineOf = (start: string): string => lines.find((line) => line.startsWith(start)) ?? "";

  test("shows the median, the spread and how often a peer goes into this program", () => {
    assert.match(lineOf("spurious-native"), /100 +98\.0 – 102/);
    assert.match(lineOf("other"), /50\.0 +49\.0 – 51\.0 +2\.00 x +1\.90 x – 2\.10 x/);
  });

  test("shows the part of a limit that was reached", () => {
    assert.match(lineOf("arithmetic"), /125 +124 – 126 +80 % +79 % – 81 % .*limit: /);
  });

  test("names versions, warm-up, agreement and what was left out with the line that installs it", () => {
    const text = lines.join("\n");
    assert.ok(text.includes("other: other 1.0; before the first run: 3 passes, ready after 1.3 s"));
    assert.ok(text.includes("same work as other: the same numbers"));
    assert.ok(text.includes("not measured: third: is not installed (pip install third)"));
    assert.ok(text.includes("A note."));
  });

  test("shows whole processes where there are any", () => {
    const row = benchRow({ role: "own", ownRatio: null, details: { processSeconds: 12.34 } });
    assert.match(benchLines(benchDocument({ rows: [row] }), PLAIN).join("\n"), / 12\.3 s /);
  });

  test("says when other work touched the figures", () => {
    assert.match(disturbance({ othersShare: 0.3 })[0] ?? "", /30 %/);
    assert.deepEqual(disturbance({ othersShare: 0.02 }), []);
    assert.deepEqual(disturbance({ othersShare: null }), []);
  });

  test("writes rates with three digits", () => {
    assert.deepEqual([1234.5, 999.6, 123.4, 45.678, 1.2].map(rate), [
      "1,235",
      "1000",
      "123",
      "45.7",
      "1.20",
    ]);
  });
});
