import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { readCoverage, readSuites } from "../../../bench/report.js";
import { plotRates } from "../../../bench/report/plot.js";
import { type MeasuredSuite, renderReport } from "../../../bench/report/render.js";
import { SUITES } from "../../../bench/report/suites.js";
import { findBenchmark } from "../../../src/bench/run.js";
import { benchDocument, benchRow } from "./documents.js";

function suite(changes: Partial<MeasuredSuite>): MeasuredSuite {
  return {
    name: "forward-fp32",
    heading: "Forward",
    args: ["forward"],
    targets: [{ versus: "other", ratio: 1.5 }],
    document: benchDocument({}),
    remarks: "Because of the weather.",
    ...changes,
  };
}

describe("page of benchmarks", () => {
  test("says which aims were reached and which were not", () => {
    const missed = benchDocument({
      rows: [benchRow({ ownRatio: { ratio: 1.2, least: 1, greatest: 1.4 } })],
    });
    const page = renderReport([suite({}), suite({ heading: "Other", document: missed })], "");
    assert.match(page, /\| Forward \| other \| 1\.50 x \| 2\.00 x \| yes \|/);
    assert.match(page, /\| Other \| other \| 1\.50 x \| 1\.20 x \| \*\*no\*\* \|/);
  });

  test("holds the table, the machine, every run, the remarks and what was left out", () => {
    const page = renderReport([suite({})], "## Coverage");
    for (const part of [
      "| spurious-native | 100 |",
      "AMD EPYC (family 26, model 17)",
      "runs: 50.0, 51.0, 49.0",
      "Because of the weather.",
      "not measured: third: is not installed",
      "processor time used by others meanwhile: 1.0 %",
      "## Coverage",
    ]) {
      assert.ok(page.includes(part), part);
    }
  });

  test("says of a suite without figures that it was not measured", () => {
    const page = renderReport([suite({ document: null })], "");
    assert.ok(page.includes("Not measured yet."));
    assert.match(page, /\| Forward \| other \| 1\.5 \| not measured \| {2}\|/);
  });

  test("plots a bar for every side", () => {
    const picture = plotRates([suite({}), suite({ document: null })]);
    assert.equal(picture.match(/<rect x=/g)?.length, 3);
    // The limit is the longest bar, and this program has 100 / 125 of its length.
    const widths = [...picture.matchAll(/ width="([\d.]+)" height="18"/g)].map((m) => Number(m[1]));
    assert.ok(Math.abs((widths[0] ?? 0) / (widths[2] ?? 1) - 0.8) < 0.01, widths.join(" "));
  });

  test("asks only for benchmarks that there are, against sides that there are", () => {
    for (const { name, args, targets } of SUITES) {
      const { peers } = findBenchmark(args[0] ?? "");
      const limits = ["matrix-products", "forward-alone", "decoding-alone", "without-fix", "eval"];
      for (const { versus } of targets) assert.ok([...peers, ...limits].includes(versus), name);
    }
  });

  test("is what the figures in the tree make of it", () => {
    const file = fileURLToPath(new URL("../../../docs/benchmarks.md", import.meta.url));
    assert.equal(readFileSync(file, "utf8"), renderReport(readSuites(), readCoverage()));
  });
});
