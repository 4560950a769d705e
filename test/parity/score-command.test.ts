import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { EvalResult } from "../../src/results/eval-result.js";
import { imagesCsv } from "../../src/results/images-table.js";
import { answerOf, runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { assertClose } from "../helpers/numbers.js";
import { rowsOf, sortedText, TABLES } from "../helpers/score-tables.js";

const SCORE = 1e-12;
const SOUND = TABLES.filter(({ name }) => !/has no val|without spurious/.test(name));

describe("score, from the command line, gives the original's numbers", () => {
  for (const expected of SOUND) {
    test(`${expected.name}: document, files, text`, async (t) => {
      const root = fileTree(t, { "images.csv": imagesCsv(rowsOf(expected)) });
      const out = join(root, "result");
      const args = ["score", join(root, "images.csv"), "--out", out, "--bootstrap", "100"];
      const { status, stdout } = await answerOf([...args, "--json"]);
      assert.equal(status, 0);
      const { score, auroc, classes } = JSON.parse(stdout) as EvalResult;
      assertClose(score.mean, expected.mean, SCORE, "mean");
      assertClose(score.joint, expected.joint, SCORE, "joint");
      const sorted = [...expected.classes].sort((a, b) => a.index - b.index);
      assert.equal(classes.length, sorted.length);
      for (const [i, one] of sorted.entries()) {
        assert.equal(classes[i]?.index, one.index);
        assertClose(classes[i].ap, one.ap, SCORE, "ap");
        assertClose(classes[i].auroc, one.auroc, SCORE, "auroc");
      }
      const mean = sorted.reduce((sum, one) => sum + one.auroc, 0) / sorted.length;
      assertClose(auroc.mean, mean, SCORE, "mean AUROC");
      const text = readFileSync(join(out, "spurious_score.txt"), "utf8");
      assert.equal(text, sortedText(expected.text));
    });
  }

  test("as a process of its own: the readable table, the files, and a second run refused", async (t) => {
    const [table] = SOUND;
    assert.ok(table);
    const root = fileTree(t, { "images.csv": imagesCsv(rowsOf(table)) });
    const args = ["score", "images.csv", "--out", "result", "--bootstrap", "100"];
    const first = await runCli(args, { cwd: root });
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /mean {3}0\.567 {3}95 % interval/);
    assert.match(first.stdout, /freight car +0\.961/);
    assert.match(first.stderr, /results are in result\n$/);
    assert.deepEqual(readdirSync(join(root, "result")).sort(), [
      "classes.csv",
      "images.csv",
      "images.parquet",
      "report.html",
      "result.json",
      "spurious_score.txt",
    ]);
    const second = await runCli(args, { cwd: root });
    assert.equal(second.status, 2);
    assert.match(second.stderr, /^error\[OUTPUT_EXISTS\]: /);
  });

  test("rows of another order, other columns and names of classes give the same score", async (t) => {
    const [table] = SOUND;
    assert.ok(table);
    const rows = rowsOf(table).toReversed();
    const other = rows.map((one) => `${one.p},x,n${one.path},${one.split},${one.class}`);
    const root = fileTree(t, {
      "a.csv": imagesCsv(rowsOf(table)),
      "b.csv": ["p,note,path,split,class", ...other].join("\n"),
    });
    const [a, b] = await Promise.all(
      ["a.csv", "b.csv"].map((name) => answerOf(["score", join(root, name), "--json"])),
    );
    const [first, second] = [a, b].map((one) => JSON.parse(one?.stdout ?? "") as EvalResult);
    assert.equal(first?.score.mean, second?.score.mean);
    assert.equal(first?.score.joint, second?.score.joint);
    assert.equal(second?.classes[0]?.fractionVal, null);
  });

  test("an images.csv that eval or score wrote is scored to the very same result", async (t) => {
    const [table] = SOUND;
    assert.ok(table);
    const root = fileTree(t, {});
    writeFileSync(join(root, "images.csv"), imagesCsv(rowsOf(table)));
    const out = join(root, "first");
    const first = await answerOf(["score", join(root, "images.csv"), "--out", out, "--json"]);
    const second = await answerOf(["score", join(out, "images.csv"), "--json"]);
    const [a, b] = [first, second].map(({ stdout }) => JSON.parse(stdout) as EvalResult);
    assert.deepEqual({ ...a, provenance: null }, { ...b, provenance: null });
  });
});
