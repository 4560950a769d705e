import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { partsOf, type SlurmPlan } from "../../src/cluster/slurm/plan-file.js";
import type { EvalResult } from "../../src/results/eval-result.js";
import { answerOf } from "../helpers/cli.js";
import { readFixture } from "../helpers/fixtures.js";
import { readJsonFile } from "../helpers/mining-pool.js";
import { namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { replacePicture, type SmallBenchmark, smallBenchmark } from "../helpers/small-benchmark.js";

/** What is wrong with pictures, by the code that says so. */
const BROKEN = {
  IMAGE_UNREADABLE: "this is no picture",
  IMAGE_TRUNCATED: readFixture("preprocess/broken/truncated.jpg"),
  IMAGE_UNSUPPORTED: readFixture("images/tiff-lab"),
} as const;

/** Replaces three pictures of thing 0 by broken ones. */
function breakSome({ data, val }: SmallBenchmark): void {
  const [folder, other] = [join(val, "thing 0"), join(data, "thing 0")];
  for (const [i, code] of (["IMAGE_UNREADABLE", "IMAGE_TRUNCATED"] as const).entries()) {
    const [name = ""] = readdirSync(folder).filter((one) => one.startsWith(`000${i}`));
    rmSync(join(folder, name));
    replacePicture(folder, `000${i}.jpg`, BROKEN[code]);
  }
  const [name = ""] = readdirSync(other);
  rmSync(join(other, name));
  replacePicture(other, "0000.tif", BROKEN.IMAGE_UNSUPPORTED);
}

function breakAll(folder: string): void {
  for (const name of readdirSync(folder)) {
    rmSync(join(folder, name));
    replacePicture(folder, name, BROKEN.IMAGE_UNREADABLE);
  }
}

describe("pictures that cannot be read", () => {
  test("are named; the rest is scored and written, and the status is 4", async (t) => {
    const benchmark = smallBenchmark(t);
    breakSome(benchmark);
    const out = join(benchmark.root, "out");
    const { status, stdout, stderr } = await answerOf([
      ...benchmark.evalArgs,
      "--out",
      out,
      "--json",
    ]);
    assert.equal(status, 4);
    assert.match(
      stderr,
      /^error\[IMAGES_SKIPPED\]: reading the images: expected at most 0 unreadable, got 3$/m,
    );
    assert.match(stderr, /^hint: .*--max-skipped/m);
    const { counts, classes } = JSON.parse(stdout) as EvalResult;
    assert.deepEqual(
      counts.skipped.map(({ path, split, class: index, code }) => [path, split, index, code]),
      [
        ["thing 0/0000.jpg", "val", 0, "IMAGE_UNREADABLE"],
        ["thing 0/0000.tif", "spurious", 0, "IMAGE_UNSUPPORTED"],
        ["thing 0/0001.jpg", "val", 0, "IMAGE_TRUNCATED"],
      ],
    );
    for (const { code, message } of counts.skipped) {
      assert.ok(stderr.includes(`warning: [${code}] ${message}`));
    }
    assert.deepEqual(
      classes.map(({ index, nVal, nSpurious }) => [index, nVal, nSpurious]),
      [
        [0, 2, 4],
        [3, 4, 5],
        [7, 4, 5],
      ],
    );
    assert.deepEqual(namesIn(out), RESULT_FILES);
    const images = readFileSync(join(out, "images.csv"), "utf8");
    assert.equal(images.trimEnd().split("\n").length, 1 + 24);
    assert.doesNotMatch(images, /thing 0\/0001\.jpg,val/);
  });

  for (const [allowed, expected] of [
    ["2", 4],
    ["3", 0],
    ["100", 0],
  ] as const) {
    test(`--max-skipped ${allowed} with three of them: status ${expected}`, async (t) => {
      const benchmark = smallBenchmark(t);
      breakSome(benchmark);
      const { status } = await answerOf([...benchmark.evalArgs, "--max-skipped", allowed]);
      assert.equal(status, expected);
    });
  }

  for (const split of ["val", "data"] as const) {
    const kind = split === "val" ? "validation" : "spurious";
    test(`a class that lost all ${kind} images has no score, by name; the others do`, async (t) => {
      const benchmark = smallBenchmark(t);
      breakAll(join(benchmark[split], "thing 3"));
      const out = join(benchmark.root, "out");
      const args = [...benchmark.evalArgs, "--out", out, "--max-skipped", "50", "--json"];
      const { status, stdout, stderr } = await answerOf(args);
      assert.equal(status, 4);
      assert.match(stderr, /^error\[IMAGES_SKIPPED\]: .*which left 1 class without a score$/m);
      const reason = `none of its ${kind} images could be read`;
      assert.match(stderr, new RegExp(`warning: class 3 \\(thing 3\\) has no score: ${reason}`));
      const { counts, classes } = JSON.parse(stdout) as EvalResult;
      assert.deepEqual(counts.unscoredClasses, [{ index: 3, label: "thing 3", reason }]);
      assert.deepEqual(
        classes.map(({ index }) => index),
        [0, 7],
      );
      assert.deepEqual(namesIn(out), RESULT_FILES);
    });
  }

  for (const [allowed, expected] of [
    ["2", 4],
    ["3", 0],
  ] as const) {
    test(`parts with --max-skipped ${allowed}, merged: status ${expected}, as of one run`, async (t) => {
      const benchmark = smallBenchmark(t);
      breakSome(benchmark);
      const { root, evalArgs } = benchmark;
      const [folder, planned, out] = ["plan", "planned", "out"].map((name) => join(root, name));
      assert.ok(folder && planned && out);
      const args = [...evalArgs, "--max-skipped", allowed];
      const plan = ["slurm", "plan", "--to", folder, "--tasks", "2", "--", ...args];
      assert.equal((await answerOf([...plan, "--out", planned])).status, 0);
      const parts = partsOf(folder, readJsonFile<SlurmPlan>(join(folder, "plan.json")));
      for (const shard of ["1/2", "2/2"]) {
        const { status } = await answerOf([...args, "--shard", shard, "--parts", parts]);
        assert.equal(status, 0);
      }
      for (const [merge, to] of [
        [["slurm", "merge", folder], planned],
        [["merge", parts, "--out", out], out],
      ] as const) {
        const { status, stdout, stderr } = await answerOf([...merge, "--json"]);
        assert.equal(status, expected, stderr);
        assert.equal((JSON.parse(stdout) as EvalResult).counts.skipped.length, 3);
        assert.deepEqual(namesIn(to), RESULT_FILES);
        const said = "error[IMAGES_SKIPPED]: reading the images: expected at most 2 unreadable";
        assert.equal(stderr.includes(`${said}, got 3`), expected === 4);
      }
      const other = expected === 4 ? ["3", 0] : ["2", 4];
      const again = ["merge", parts, "--out", out, "--force", "--max-skipped", String(other[0])];
      assert.equal((await answerOf(again)).status, other[1]);
    });
  }

  test("none that can be read is an error, not an empty score", async (t) => {
    const benchmark = smallBenchmark(t);
    for (const folder of [benchmark.data, benchmark.val]) {
      for (const name of readdirSync(folder)) breakAll(join(folder, name));
    }
    const { status, stdout, stderr } = await answerOf([...benchmark.evalArgs, "--json"]);
    assert.equal(status, 4, stderr);
    const { error } = JSON.parse(stdout) as { error: { code: string } };
    assert.match(error.code, /^(IMAGES_SKIPPED|SCORE_INPUT_INVALID)$/);
  });

  test("more than ten are counted on stderr, and all are in the result", async (t) => {
    const benchmark = smallBenchmark(t, { val: 14, spurious: 5 });
    for (const name of readdirSync(join(benchmark.val, "thing 0")).slice(1)) {
      rmSync(join(benchmark.val, "thing 0", name));
      replacePicture(join(benchmark.val, "thing 0"), name, "no picture");
    }
    const args = [...benchmark.evalArgs, "--max-skipped", "13", "--json"];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0);
    assert.equal(stderr.match(/warning: \[IMAGE_UNREADABLE\]/g)?.length, 10);
    assert.match(stderr, /warning: 3 more images were skipped/);
    assert.equal((JSON.parse(stdout) as EvalResult).counts.skipped.length, 13);
  });

  test("one larger than --max-pixels is skipped with the flag as its hint", async (t) => {
    const { evalArgs } = smallBenchmark(t);
    const args = [...evalArgs, "--max-pixels", "40000", "--max-skipped", "27", "--json"];
    const { stdout } = await answerOf(args);
    const codes = (JSON.parse(stdout) as EvalResult).counts.skipped.map(({ code }) => code);
    assert.ok(codes.length > 0);
    assert.deepEqual([...new Set(codes)], ["IMAGE_TOO_LARGE"]);
  });
});
