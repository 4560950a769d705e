import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { evaluate } from "../../src/index.js";
import { NO_PROGRESS } from "../../src/terminal/progress.js";
import { answerOf, runCli, startCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";
import {
  JOURNAL,
  journalLines,
  LOCK,
  namesIn,
  RESULT_FILES,
  timelessFiles,
} from "../helpers/result-files.js";
import { type SmallBenchmark, smallBenchmark } from "../helpers/small-benchmark.js";
import { waitFor } from "../helpers/wait.js";

/** Enough images, one at a time, for a run to be met in its middle. */
const MANY = { val: 35, spurious: 35 };
const IMAGES = 210;

/** `eval` as a process that is killed when some of the work is done. */
async function killedInTheMiddle({ evalArgs }: SmallBenchmark, out: string): Promise<void> {
  const { child, ended } = startCli([...evalArgs, "--batch", "1", "--out", out]);
  await waitFor("work done", () => journalLines(out) > 5);
  child.kill("SIGKILL");
  assert.equal((await ended).signal, "SIGKILL");
  assert.deepEqual(namesIn(out), [LOCK, JOURNAL]);
  const done = journalLines(out) - 1;
  assert.ok(done < IMAGES, `it had finished: ${done} images`);
}

/** What the same leaves, made faster: the work is stopped after the first images. */
async function stoppedInTheMiddle({ data, val, root }: SmallBenchmark, out: string): Promise<void> {
  const controller = new AbortController();
  const work = evaluate({
    ...{ model: modelFile("traced-conv.pt"), device: "auto", size: 32, normalize: "none" },
    ...{ data, val, out, batch: 1, classMap: join(root, "classes.json") },
    signal: controller.signal,
    progress: { ...NO_PROGRESS, advance: () => controller.abort() },
  });
  await assert.rejects(work, { code: "CANCELLED" });
  assert.deepEqual(namesIn(out), [JOURNAL]);
  assert.equal(journalLines(out), 2);
}

describe("--resume", () => {
  test("after kill -9 goes on where it was, and the files are those of a run in one go", async (t) => {
    const benchmark = smallBenchmark(t, MANY);
    const [whole, halves] = [join(benchmark.root, "whole"), join(benchmark.root, "halves")];
    const args = [...benchmark.evalArgs, "--batch", "1"];
    assert.equal((await runCli([...args, "--out", whole])).status, 0);

    await killedInTheMiddle(benchmark, halves);
    const done = journalLines(halves) - 1;
    // As a process leaves it that is killed while it writes.
    appendFileSync(join(halves, JOURNAL), '{"rows":[{"path":"thing 0/00');
    const { status, stderr } = await runCli([...args, "--out", halves, "--resume"]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, new RegExp(`evaluating ${IMAGES}/${IMAGES} images`));
    assert.ok(done > 0);
    assert.deepEqual(namesIn(halves), RESULT_FILES);
    const [expected, found] = [timelessFiles(whole), timelessFiles(halves)];
    for (const name of RESULT_FILES) assert.ok(found[name] === expected[name], `${name} differs`);
  });

  test("images of an earlier run are not looked at again", async (t) => {
    const benchmark = smallBenchmark(t);
    const out = join(benchmark.root, "out");
    await stoppedInTheMiddle(benchmark, out);
    const args = [...benchmark.evalArgs, "--batch", "1", "--out", out, "--resume"];
    const journal = readFileSync(join(out, JOURNAL), "utf8");
    const [heading = "", first = ""] = journal.split("\n");
    const changed = first.replace(/"p":[^,]+/, '"p":0.12345');
    assert.notEqual(changed, first);
    writeFileSync(join(out, JOURNAL), `${heading}\n${changed}\n`);
    assert.equal((await answerOf(args)).status, 0);
    assert.match(readFileSync(join(out, "images.csv"), "utf8"), /,0\.12345,/);
  });

  test("work that the journal has twice counts once", async (t) => {
    const benchmark = smallBenchmark(t);
    const out = join(benchmark.root, "out");
    await stoppedInTheMiddle(benchmark, out);
    const [, first = ""] = readFileSync(join(out, JOURNAL), "utf8").split("\n");
    appendFileSync(join(out, JOURNAL), `${first}\n`);
    const { status, stderr } = await answerOf([...benchmark.evalArgs, "--out", out, "--resume"]);
    assert.equal(status, 0, stderr);
    const rows = readFileSync(join(out, "images.csv"), "utf8").trim().split("\n");
    assert.equal(rows.length, 28);
  });

  test("while the run is still at work is refused, and does not disturb it", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, MANY);
    const out = join(root, "out");
    const { child, ended } = startCli([...evalArgs, "--batch", "1", "--out", out]);
    await waitFor("work done", () => journalLines(out) > 1);
    child.kill("SIGSTOP");
    const before = readFileSync(join(out, JOURNAL), "utf8");
    for (const flag of ["--resume", "--force"]) {
      const { status, stderr } = await answerOf([...evalArgs, "--out", out, flag]);
      assert.equal(status, 2, stderr);
      assert.match(
        stderr,
        new RegExp(`^error\\[OUTPUT_EXISTS\\]: .*no other run.*got process ${child.pid} on `, "m"),
      );
      assert.match(stderr, /^hint: .*delete .*\.lock$/m);
    }
    assert.equal(readFileSync(join(out, JOURNAL), "utf8"), before);
    child.kill("SIGCONT");
    assert.equal((await ended).status, 0);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("with other settings is refused, naming the setting; nothing is changed", async (t) => {
    const benchmark = smallBenchmark(t);
    const out = join(benchmark.root, "out");
    await stoppedInTheMiddle(benchmark, out);
    const journal = readFileSync(join(out, JOURNAL), "utf8");
    for (const [flags, name] of [
      [["--preset", "paper-v1"], "preprocessing"],
      [["--temperature", "2"], "temperature"],
      [["--normalize", "imagenet"], "normalization"],
      [["--size", "48"], "preprocessing"],
      [["--dtype", "bf16"], "dtype"],
      [["--softmax", "mapped"], "softmax"],
    ] as const) {
      const args = [...benchmark.evalArgs, "--out", out, "--resume", ...flags];
      const { status, stderr } = await answerOf(args);
      assert.equal(status, 6, stderr);
      assert.match(stderr, new RegExp(`^error\\[RESUME_MISMATCH\\]: .*expected ${name} `, "m"));
      assert.match(stderr, /^hint: .*--force/m);
    }
    assert.equal(readFileSync(join(out, JOURNAL), "utf8"), journal);
  });

  test("with other images is refused", async (t) => {
    const benchmark = smallBenchmark(t);
    const out = join(benchmark.root, "out");
    await stoppedInTheMiddle(benchmark, out);
    rmSync(join(benchmark.data, "thing 7"), { recursive: true });
    const { status, stderr } = await answerOf([...benchmark.evalArgs, "--out", out, "--resume"]);
    assert.equal(status, 6);
    assert.match(stderr, /error\[RESUME_MISMATCH\]: .*expected images /);
  });

  test("settings that decide no row may change: batch, threads, seed", async (t) => {
    const benchmark = smallBenchmark(t);
    const out = join(benchmark.root, "out");
    await stoppedInTheMiddle(benchmark, out);
    const flags = ["--batch", "16", "--threads", "1", "--seed", "9"];
    const { status } = await answerOf([...benchmark.evalArgs, "--out", out, "--resume", ...flags]);
    assert.equal(status, 0);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });
});
