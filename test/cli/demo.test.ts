import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { demoRequest, demoTruth } from "../../src/demo/demo.js";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { type Tour, tour } from "../../src/demo/tour.js";

describe("the demo's tour, against the planted truth", () => {
  const out = mkdtempSync(join(tmpdir(), "spurious-native-demo-"));
  const planted = new Set(
    demoTruth()
      .classes.filter((one) => one.planted)
      .map(({ index }) => index),
  );
  let result: Tour;
  before(async () => {
    // An earlier tour is replaced file by file.
    writeFileSync(join(out, "mended.pt"), "of an earlier tour");
    result = await tour({ out, force: true });
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  it("scores the planted classes low and the clean ones high", () => {
    assert.equal(planted.size, 3);
    for (const { index, label, ap } of result.score.classes) {
      if (planted.has(index)) assert.ok(ap < 0.6, `${label} ${String(ap)}`);
      else assert.ok(ap > 0.93, `${label} ${String(ap)}`);
    }
  });

  it("finds every planted feature among the leading components", () => {
    assert.deepEqual(new Set(result.components.map((one) => one.class)), planted);
    for (const { name, eigenIndex, separation, taggedOfTopFive } of result.components) {
      const known = demoTruth().classes.find((one) => one.label === name);
      assert.equal(eigenIndex, known?.component, name);
      assert.ok(separation >= 0.95, `${name} ${String(separation)}`);
      assert.equal(taggedOfTopFive, 5, name);
    }
  });

  it("takes them out: planted scores up by 0.1, accuracy down by a point at most", () => {
    for (const { index, label, value } of result.fix.difference.classes) {
      if (planted.has(index)) assert.ok(value >= 0.1, `${label} ${String(value)}`);
      else assert.equal(value, 0, label);
    }
    const [accuracy = 0, mended = 0] = result.fix.accuracy?.accuracy ?? [];
    assert.ok(
      accuracy >= 0.95 && mended >= accuracy - 0.01,
      `${String(accuracy)} ${String(mended)}`,
    );
  });

  it("leaves a mended classifier that scores as the fix does", async () => {
    const { score } = await evaluate(demoRequest({ model: result.mended.file, bootstrap: 0 }));
    assert.ok(Math.abs(score.mean - result.fix.after.score.mean) < 1e-9);
    assert.ok(score.mean > result.score.score.mean + 0.05);
  });

  it("leaves reports, evidence and the fix in a folder", () => {
    for (const name of [
      "eval/report.html",
      "eval/result.json",
      "pca/index.json",
      "evidence/index.html",
      "evidence/008/evidence.json",
      "evidence/008/component-000-sheet.png",
      "components.json",
      "demo.spufix.safetensors",
      "mended.pt",
      "spufix/result.json",
      "spufix/after/report.html",
    ]) {
      assert.ok(existsSync(join(out, name)), name);
    }
  });
});
