import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { EvalResult } from "../../src/results/eval-result.js";
import { imagesCsv } from "../../src/results/images-table.js";
import { answerOf, runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { rowsOf, TABLES } from "../helpers/score-tables.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";

const ESCAPE = /\u001b/;

describe("stdout holds the result, stderr the rest", () => {
  test("eval: a table on stdout; progress, warnings and notes on stderr", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const out = join(root, "out");
    const { status, stdout, stderr } = await runCli([...evalArgs, "--out", out]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Spurious score \(average precision/);
    assert.match(stdout, /^ {4}0 {2}thing 0 /m);
    assert.doesNotMatch(stdout, /warning|results are in|images ·/);
    assert.match(stderr, /^evaluating: 27 images\n/);
    assert.match(stderr, /evaluating 27\/27 images · /);
    assert.ok(stderr.endsWith(`results are in ${out}\n`));
    assert.doesNotMatch(stdout + stderr, ESCAPE);
  });

  test("eval --json --quiet: one document and nothing else anywhere", async (t) => {
    const { evalArgs } = smallBenchmark(t);
    const { status, stdout, stderr } = await runCli([...evalArgs, "--json", "--quiet"]);
    assert.deepEqual([status, stderr], [0, ""]);
    const { schema, counts, provenance } = JSON.parse(stdout) as EvalResult;
    assert.equal(schema, "spurious-native/eval/1");
    assert.deepEqual([counts.val, counts.spurious], [12, 15]);
    assert.equal(provenance.preset, "paper-v2");
    assert.deepEqual(provenance["normalization"], {
      where: "none",
      mean: [0, 0, 0],
      std: [1, 1, 1],
      origin: "flag",
    });
  });

  test("--progress bar draws even into a file, none draws nothing", async (t) => {
    const { evalArgs } = smallBenchmark(t);
    const bar = await answerOf([...evalArgs, "--progress", "bar"]);
    assert.match(bar.stderr, /\r\u001b\[2K.*27\/27 images/);
    const none = await answerOf([...evalArgs, "--progress", "none"]);
    assert.doesNotMatch(none.stderr, /evaluating/);
    assert.deepEqual([bar.status, none.status], [0, 0]);
  });

  test("--quiet leaves errors on stderr", async () => {
    const { status, stderr } = await answerOf(["inspect", modelFile("text.pt"), "--quiet"]);
    assert.equal(status, 5);
    assert.match(stderr, /^error\[MODEL_NOT_TORCHSCRIPT\]: .*\nhint: .*\n$/);
  });
});

describe("colour", () => {
  const table = TABLES.find(({ name }) => name === "six classes");
  assert.ok(table);
  const csv = imagesCsv(rowsOf(table));

  for (const [what, env, flags, colour] of [
    ["not into a pipe", {}, [], false],
    ["when FORCE_COLOR asks for it", { FORCE_COLOR: "1" }, [], true],
    ["NO_COLOR wins over FORCE_COLOR", { FORCE_COLOR: "1", NO_COLOR: "1" }, [], false],
    ["--no-color wins over FORCE_COLOR", { FORCE_COLOR: "1" }, ["--no-color"], false],
    ["--color wins over NO_COLOR", { NO_COLOR: "1" }, ["--color"], true],
  ] as const) {
    test(what, async (t) => {
      const path = join(fileTree(t, { "images.csv": csv }), "images.csv");
      const args = ["score", path, "--bootstrap", "0", ...flags];
      const { status, stdout } = await runCli(args, { env });
      assert.equal(status, 0);
      assert.equal(ESCAPE.test(stdout), colour);
    });
  }

  test("the code of an error is red on a terminal; NO_COLOR is kept there too", async () => {
    const { stderr } = await runCli(["inspect", "gone.pt"], { env: { FORCE_COLOR: "1" } });
    assert.match(stderr, /^\u001b\[31merror\[MODEL_NOT_FOUND\]\u001b\[39m: /);
    const plain = await runCli(["inspect", "gone.pt"], { env: { NO_COLOR: "1" } });
    assert.match(plain.stderr, /^error\[MODEL_NOT_FOUND\]: /);
  });
});
