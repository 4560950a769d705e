import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { SlurmPlan } from "../../src/cluster/slurm/plan-file.js";
import type { SlurmStatus } from "../../src/cluster/slurm/status.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { readJsonFile } from "../helpers/mining-pool.js";
import { namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { type SmallBenchmark, smallBenchmark } from "../helpers/small-benchmark.js";
import { smallTraining } from "../helpers/small-pca.js";

/** A queue that says what a file holds, and an sbatch that writes down how it was called. */
function fakeSlurm(t: TestContext, root: string) {
  const bin = join(root, "bin");
  const [queue, calls] = [join(root, "queue.txt"), join(root, "calls.txt")];
  mkdirSync(bin);
  writeFileSync(queue, "");
  writeFileSync(calls, "");
  const programs = {
    squeue: `cat '${queue}'`,
    sbatch: `echo "$@" >> '${calls}'; echo 17`,
  };
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const before = process.env["PATH"] ?? "";
  process.env["PATH"] = `${bin}${delimiter}${before}`;
  t.after(() => (process.env["PATH"] = before));
  return { bin, queue, calls };
}

async function done(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function planned({ root, evalArgs }: SmallBenchmark, ...more: string[]) {
  const [folder, out] = [join(root, "plan"), join(root, "out")];
  const options = more.length > 0 ? more : ["--tasks", "3"];
  await done("slurm", "plan", "--to", folder, ...options, "--", ...evalArgs, "--out", out);
  return { folder, out, plan: readJsonFile<SlurmPlan>(join(folder, "plan.json")) };
}

describe("slurm plan", () => {
  test("writes a script that a shell reads, with all that was asked for", async (t) => {
    const { folder, plan } = await planned(
      smallBenchmark(t),
      ...["--tasks", "4", "--gpus-per-task", "1", "--cpus-per-task", "8", "--mem", "16G"],
      ...["--time", "30", "--partition", "gpu", "--account", "me", "--constraint", "a100|h100"],
      ...["--qos", "low"],
    );
    assert.deepEqual([plan.tasks, plan.minutes, plan.work], [4, 30, { count: 27, unit: "images" }]);
    const path = join(folder, "job.sbatch");
    execFileSync("bash", ["-n", path]);
    const script = readFileSync(path, "utf8");
    for (const line of [
      `#SBATCH --job-name=${plan.jobName}`,
      `#SBATCH --output=${join(folder, "logs")}/%A_%a.log`,
      "#SBATCH --gpus-per-task=1",
      "#SBATCH --cpus-per-task=8",
      "#SBATCH --mem=16G",
      "#SBATCH --time=30",
      "#SBATCH --signal=B:USR1@120",
      "#SBATCH --requeue",
      "#SBATCH --partition=gpu",
      "#SBATCH --account=me",
      "#SBATCH --constraint=a100|h100",
      "#SBATCH --qos=low",
      'export SPURIOUS_NATIVE_SHARD="${SLURM_ARRAY_TASK_ID}/4"',
      'task="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    ]) {
      assert.ok(script.split("\n").includes(line), line);
    }
    assert.match(script, / --parts \S+\/plan\/parts --progress lines --threads 8 &$/m);
    assert.ok(!script.includes("--out "), "a task writes no result");
  });

  test("sizes the array by a measured rate, in whole minutes", async (t) => {
    // 27 images at 0.01 a second are 2700 seconds: three tasks of at most 1000 s.
    const benchmark = smallBenchmark(t);
    const { plan } = await planned(benchmark, "--rate", "0.01", "--hours-per-task", "0.277");
    assert.deepEqual([plan.tasks, plan.minutes], [3, Math.ceil(1.5 * 15 + 10)]);
  });

  test("takes the rate from a result, and says what is wrong with one that has none", async (t) => {
    const benchmark = smallBenchmark(t);
    const trial = join(benchmark.root, "trial");
    mkdirSync(trial);
    const write = (provenance: object) =>
      writeFileSync(join(trial, "result.json"), JSON.stringify({ provenance }));
    write({ imagesPerSecond: 5, steadyImagesPerSecond: 0.01 });
    const { plan } = await planned(benchmark, "--rate", trial, "--hours-per-task", "0.277");
    assert.equal(plan.tasks, 3);

    write({ imagesPerSecond: null });
    const more = ["--to", join(benchmark.root, "other"), "--hours-per-task", "1"];
    const line = [...benchmark.evalArgs, "--out", "x"];
    const refused = await answerOf(["slurm", "plan", ...more, "--rate", trial, "--", ...line]);
    assert.equal(refused.status, 6);
    assert.match(refused.stderr, /trial.result\.json: expected imagesPerSecond .*, got null$/m);
    const none = await answerOf(["slurm", "plan", ...more, "--rate", "fast", "--", ...line]);
    assert.equal(none.status, 6);
    assert.match(none.stderr, /fast: expected a result of `eval` or `mine`, got none$/m);
  });

  test("refuses what cannot be planned, and mistakes of the planned command by its own message", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const plan = ["slurm", "plan", "--to", join(root, "plan"), "--tasks", "2", "--"];
    for (const [line, said] of [
      [
        ["doctor"],
        "planning an array job: expected a command that can be done in parts, got doctor",
      ],
      [[...evalArgs], "--out: expected where the result goes, got none"],
      [[...evalArgs, "--out", "x", "--workers", "2"], "got one with --shard, --parts or --workers"],
      [[...evalArgs, "--out", "x", "--nonsense"], "--nonsense"],
      [[...evalArgs, "--out", "x", "--seed", "x"], "--seed: expected a whole number"],
    ] as const) {
      const { status, stderr } = await answerOf([...plan, ...line]);
      assert.equal(status, 2, stderr);
      assert.ok(stderr.includes(said), stderr);
    }
    assert.ok(!namesIn(root).includes("plan"));
    const unsized = [...plan.filter((one) => !["--tasks", "2"].includes(one)), ...evalArgs];
    const { status, stderr } = await answerOf([...unsized, "--out", "x"]);
    assert.equal(status, 2);
    assert.match(stderr, /expected --tasks N, or --hours-per-task H with --rate R, got neither/);
  });
});

describe("slurm submit, status and merge", () => {
  test("submit what is neither done nor in the queue; tell what failed, and why; merge at the end", async (t) => {
    const benchmark = smallBenchmark(t);
    const { queue, calls } = fakeSlurm(t, benchmark.root);
    const { folder, out } = await planned(benchmark);
    const parts = join(folder, "parts");
    const doPart = (i: number) =>
      done(...benchmark.evalArgs, "--shard", `${String(i)}/3`, "--parts", parts);
    const submitted = () => readFileSync(calls, "utf8").trim().split("\n");
    assert.match(await done("slurm", "submit", folder), /^job 17: 3 tasks; /);
    const script = join(folder, "job.sbatch");
    assert.deepEqual(submitted(), [`--parsable --array=1-3 ${script}`]);

    await doPart(2);
    writeFileSync(queue, "17_3|RUNNING|None\n");
    writeFileSync(join(folder, "logs", "17_3.log"), "evaluating 4/9 images · 2.0/s · 3 s left\n");
    const log = join(folder, "logs", "17_1.log");
    const said = "error[DEVICE_UNAVAILABLE]: no GPU here";
    writeFileSync(
      log,
      `task 17_1, part 1/3\n${said}\nhint: use another\nslurmstepd: error: gone\n`,
    );
    const status = JSON.parse(await done("slurm", "status", folder, "--json")) as SlurmStatus;
    assert.deepEqual(
      status.tasks.map(({ part, state, task, reason }) => [part, state, task, reason]),
      [
        [1, "failed", null, said],
        [2, "done", null, null],
        [3, "running", "17_3", null],
      ],
    );
    const second = readJsonFile<{ work: { done: number } }>(
      join(parts, "part-002-of-003", "part.json"),
    );
    assert.equal(status.done, second.work.done + 4);
    assert.deepEqual([status.count, status.rate], [27, 2]);
    assert.equal(status.secondsLeft, (27 - status.done) / 2);
    const shown = await done("slurm", "status", folder);
    assert.match(shown, /^Tasks {3}1 done, 1 running, 1 failed$/m);
    assert.ok(shown.includes(said) && shown.includes(log));

    assert.match(
      await done("slurm", "submit", folder),
      /^job 17: 1 task; 1 part done before, 1 in/,
    );
    assert.equal(submitted()[1], `--parsable --array=1 ${script}`);
    const early = await answerOf(["slurm", "merge", folder]);
    assert.equal(early.status, 6);
    assert.match(
      early.stderr,
      /^error\[SHARDS_INCOMPLETE\]: .*parts 1 to 3, got all but 1, 3\nhint: .*slurm status/m,
    );

    for (const i of [1, 3]) await doPart(i);
    writeFileSync(queue, "");
    assert.match(await done("slurm", "submit", folder), /^nothing to submit: 3 parts done, 0 in/);
    assert.equal(submitted().length, 2);
    for (let time = 0; time < 2; time++) await done("slurm", "merge", folder);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("steps of attacks are told as a share of the plan's classes", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root, { classes: 6, images: 4 });
    const [pca, folder] = [join(root, "pca"), join(root, "plan")];
    await done(...fitArgs, "--out", pca);
    const classes = Array.from({ length: 6 }, (_, index) => ["--class", String(index)]);
    const line = ["evidence", pca, ...classes.flat(), "--out", join(root, "out")];
    const said = await done("slurm", "plan", "--to", folder, "--tasks", "2", "--", ...line);
    assert.match(said, /^6 classes in 2 tasks /);
    const { queue } = fakeSlurm(t, root);
    writeFileSync(queue, "17_1|RUNNING|None\n");
    const log = "attacking 400/600 component steps · 60.0/s · 3 s left\n";
    writeFileSync(join(folder, "logs", "17_1.log"), log);
    const status = JSON.parse(await done("slurm", "status", folder, "--json")) as SlurmStatus;
    // Two of the part's three classes; 0.3 classes a second; four are left of all.
    assert.deepEqual([status.done, status.count, status.unit], [2, 6, "classes"]);
    assert.ok(Math.abs((status.rate ?? 0) - 0.3) < 1e-9);
    assert.ok(Math.abs((status.secondsLeft ?? 0) - 4 / 0.3) < 1e-6);
  });

  test("SLURM_FAILED holds what Slurm said, or that there is none", async (t) => {
    const benchmark = smallBenchmark(t);
    const { bin } = fakeSlurm(t, benchmark.root);
    const { folder } = await planned(benchmark);
    writeFileSync(
      join(bin, "sbatch"),
      "#!/bin/sh\necho 'sbatch: error: Invalid account' >&2\nexit 1\n",
    );
    const refused = await answerOf(["slurm", "submit", folder]);
    assert.equal(refused.status, 3);
    assert.match(refused.stderr, /^error\[SLURM_FAILED\]: .*got sbatch: error: Invalid account$/m);
    assert.ok(!namesIn(folder).includes(".lock"));
    process.env["PATH"] = join(benchmark.root, "nowhere");
    const missing = await answerOf(["slurm", "status", folder]);
    assert.equal(missing.status, 3);
    assert.match(missing.stderr, /squeue: expected it to answer, got no such program/);
    const none = await answerOf(["slurm", "status", benchmark.root]);
    assert.equal(none.status, 6);
    assert.match(
      none.stderr,
      /^error\[RESULT_INVALID\]: .*expected a plan made by `slurm plan`, got none/m,
    );
  });
});
