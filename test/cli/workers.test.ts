import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { answerOf, runCli, startCli } from "../helpers/cli.js";
import { lineCount } from "../helpers/folder-content.js";
import { JOURNAL, namesIn, RESULT_FILES, timelessFiles } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { waitFor } from "../helpers/wait.js";

const MANY = { val: 35, spurious: 35 };

/** Images that each attempt in a folder of parts has done. */
function imagesOfAttempts(parts: string): number[] {
  const attempts = join(parts, ".attempts");
  return namesIn(attempts).map((name) => Math.max(0, lineCount(join(attempts, name, JOURNAL)) - 1));
}

function imagesDone(parts: string): number {
  return imagesOfAttempts(parts).reduce((sum, count) => sum + count, 0);
}

/** Whether each of two workers has work that another run would have to go on with. */
function bothHaveWork(parts: string): boolean {
  return imagesOfAttempts(parts).filter((count) => count > 0).length === 2;
}

/** The workers of a process. */
function workersOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        if (!readFileSync(`/proc/${name}/cmdline`, "utf8").includes("--shard")) return false;
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe("--workers", () => {
  // SIGTERM: as what watches memory sends it to one process, which ends as if it had been stopped.
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    test(`a worker that ${signal} ends is named and started once more; the files are those of one run`, async (t) => {
      const { root, evalArgs } = smallBenchmark(t, MANY);
      const args = [...evalArgs, "--batch", "1", "--device", "cpu"];
      const [whole, out] = [join(root, "whole"), join(root, "out")];
      const one = await answerOf([...args, "--threads", "1", "--out", whole]);
      assert.equal(one.status, 0, one.stderr);
      const { child, ended } = startCli([
        ...args,
        "--workers",
        "2",
        "--threads",
        "2",
        "--out",
        out,
      ]);
      await waitFor("work done", () => imagesDone(`${out}.parts`) > 5);
      const [worker] = workersOf(child.pid ?? 0);
      assert.ok(worker !== undefined);
      process.kill(worker, signal);
      const { status, stderr } = await ended;
      assert.equal(status, 0, stderr);
      assert.match(
        stderr,
        new RegExp(
          `^warning: worker [12] of 2 was ended by ${signal}; it is started once more$`,
          "m",
        ),
      );
      assert.match(stderr, /evaluating 210\/210 images/);
      const [expected, found] = [timelessFiles(whole), timelessFiles(out)];
      for (const name of RESULT_FILES) assert.ok(found[name] === expected[name], `${name} differs`);
      assert.deepEqual(
        namesIn(root).filter((name) => /parts|discarded/.test(name)),
        [],
      );
    });
  }

  test("SIGTERM stops all of them: status 143, and --resume goes on", async (t) => {
    // So many that neither has ended when the other begins.
    const { root, evalArgs } = smallBenchmark(t, { val: 200, spurious: 200 });
    const out = join(root, "out");
    const args = [...evalArgs, "--batch", "1", "--workers", "2", "--out", out];
    const { child, ended } = startCli(args);
    await waitFor("work of both", () => bothHaveWork(`${out}.parts`));
    const workers = workersOf(child.pid ?? 0);
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    assert.equal(status, 143, stderr);
    assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
    for (const pid of workers) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    const done = imagesDone(`${out}.parts`);
    const refused = await runCli(args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error\[OUTPUT_EXISTS\]: .*\nhint: .*--resume/m);
    assert.equal(imagesDone(`${out}.parts`), done);
    const other = await runCli([...args, "--resume", "--temperature", "2"]);
    assert.equal(other.status, 6);
    assert.match(other.stderr, /^error\[RESUME_MISMATCH\]: worker [12] of 2: .*temperature/m);
    // Something that these workers have not made came there meanwhile.
    mkdirSync(out);
    writeFileSync(join(out, "mine.txt"), "a file");
    const taken = await runCli([...args, "--resume"]);
    assert.equal(taken.status, 2);
    assert.match(
      taken.stderr,
      /^error\[OUTPUT_EXISTS\]: .*got a folder with mine\.txt\nhint: .*--force/m,
    );
    assert.deepEqual(namesIn(out), ["mine.txt"]);
    rmSync(out, { recursive: true });
    const resumed = await runCli([...args, "--resume"]);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("workers end by themselves when the process that began them is killed", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, MANY);
    const out = join(root, "out");
    const { child, ended } = startCli([
      ...evalArgs,
      "--batch",
      "1",
      "--workers",
      "2",
      "--out",
      out,
    ]);
    await waitFor("work done", () => imagesDone(`${out}.parts`) > 2);
    const workers = workersOf(child.pid ?? 0);
    assert.equal(workers.length, 2);
    child.kill("SIGKILL");
    await ended;
    const isGone = (pid: number): boolean => {
      try {
        // A zombie that nobody has asked about yet has ended, too.
        return / Z /.test(readFileSync(`/proc/${String(pid)}/stat`, "utf8"));
      } catch {
        return true;
      }
    };
    await waitFor("the end of the workers", () => workers.every(isGone));
  });

  test("parts of another number are refused before any work, saying which; --force takes them away", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const out = join(root, "out");
    const parts = `${out}.parts`;
    const third = await answerOf([...evalArgs, "--shard", "1/3", "--parts", parts]);
    assert.equal(third.status, 0, third.stderr);
    const [command = "", model = "", ...rest] = evalArgs;
    // What is behind -- is the model's name alone.
    const two = [command, ...rest, "--workers", "2", "--out", out, "--", model];
    const refused = await answerOf([...two.slice(0, -2), "--resume", "--", model]);
    assert.equal(refused.status, 6);
    assert.match(
      refused.stderr,
      /^error\[RESUME_MISMATCH\]: .*expected parts of 2, got some of 3 in .*\nhint: pass --workers 3/m,
    );
    assert.deepEqual(namesIn(join(parts, ".attempts")), []);
    const forced = await runCli([...two.slice(0, -2), "--force", "--", model]);
    assert.equal(forced.status, 0, forced.stderr);
    assert.deepEqual(namesIn(out), RESULT_FILES);
    assert.ok(!namesIn(root).includes("out.parts"));
  });

  test("what is at fault is told with its own code, and by whom", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const other = ["--class-map", "imagenet1k"];
    const { status, stderr } = await runCli([
      ...[...evalArgs, ...other, "--workers", "2", "--out", join(root, "out")],
    ]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^error\[CLASS_MAP_INVALID\]: worker [12] of 2: /m);
  });
});
