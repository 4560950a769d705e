import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { logsOf, partsOf, type SlurmPlan } from "../../src/cluster/slurm/plan-file.js";
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
    scontrol: "echo 'MaxArraySize            = 1001'",
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
  const plan = readJsonFile<SlurmPlan>(join(folder, "plan.json"));
  return { folder, out, plan, parts: partsOf(folder, plan), logs: logsOf(folder, plan) };
}

describe("slurm plan", () => {
  test("writes a script that a shell reads, with all that was asked for", async (t) => {
    const { folder, plan, logs } = await planned(
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
      `#SBATCH --output=${logs}/%A_%a.log`,
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
    assert.match(script, / --parts \S+\/plan\/parts\/\S+ --progress lines --threads 8 &$/m);
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

  test("reads time limits as Slurm does, and gives short ones a short notice", async (t) => {
    const benchmark = smallBenchmark(t);
    for (const [text, minutes, notice] of [
      ["4:00:00", 240, 120],
      ["1-12", 2160, 120],
      ["90:30", 91, 120],
      ["4", 4, 60],
      ["1", 1, 15],
    ] as const) {
      const options = ["--force", "--tasks", "2", "--time", text];
      const { folder, plan } = await planned(benchmark, ...options);
      assert.equal(plan.minutes, minutes, text);
      const script = readFileSync(join(folder, "job.sbatch"), "utf8");
      assert.ok(script.includes(`#SBATCH --signal=B:USR1@${String(notice)}\n`), text);
    }
    const plan = ["slurm", "plan", "--to", join(benchmark.root, "x"), "--tasks", "2"];
    const refused = await answerOf([
      ...plan,
      "--time",
      "4h",
      "--",
      ...benchmark.evalArgs,
      "--out",
      "x",
    ]);
    assert.match(refused.stderr, /--time: expected minutes, or a time as Slurm writes it/);
  });

  test("puts what would end a directive in quotes, and refuses what cannot be in one", async (t) => {
    const benchmark = smallBenchmark(t);
    const line = ["--tasks", "2", "--", ...benchmark.evalArgs, "--out", "x"];
    const to = join(benchmark.root, "50% of my runs #3", "plan");
    await done("slurm", "plan", "--to", to, ...line);
    const script = readFileSync(join(to, "job.sbatch"), "utf8");
    const { jobName } = readJsonFile<SlurmPlan>(join(to, "plan.json"));
    const folder = join(benchmark.root, "50%% of my runs #3", "plan", "logs", jobName);
    assert.ok(script.includes(`#SBATCH --output="${folder}/%A_%a.log"\n`), script);
    for (const bad of ["a\nb", 'a"b', "a\\b"]) {
      const there = join(benchmark.root, "other", bad);
      const { status, stderr } = await answerOf(["slurm", "plan", "--to", there, ...line]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /output: expected a value without quotes, backslashes and line ends/);
      assert.deepEqual(namesIn(there), []);
    }
  });

  test("makes no more tasks than there are classes to do", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root, { classes: 3, images: 4 });
    const line = ["--tasks", "9", "--", ...fitArgs, "--out", join(root, "pca")];
    const said = await done("slurm", "plan", "--to", join(root, "plan"), ...line);
    assert.match(said, /^12 images in 3 tasks /);
  });

  test("in the place of a plan of the same work goes on with its parts, of other work begins anew", async (t) => {
    const benchmark = smallBenchmark(t);
    fakeSlurm(t, benchmark.root);
    const first = await planned(benchmark);
    await done(...benchmark.evalArgs, "--shard", "1/3", "--parts", first.parts);
    const same = await planned(benchmark, "--force", "--tasks", "3", "--time", "9");
    assert.equal(same.plan.jobName, first.plan.jobName);
    assert.match(
      await done("slurm", "submit", same.folder),
      /^job 17: 2 tasks; 1 part done before/,
    );

    const hotter = { ...benchmark, evalArgs: [...benchmark.evalArgs, "--temperature", "7"] };
    const other = await planned(hotter, "--force", "--tasks", "3");
    assert.notEqual(other.plan.jobName, first.plan.jobName);
    assert.match(await done("slurm", "submit", other.folder), /^job 17: 3 tasks; 0 parts done/);
  });

  test("refuses what cannot be planned, and mistakes of the planned command by its own message", async (t) => {
    const { root, evalArgs, data } = smallBenchmark(t);
    const plan = ["slurm", "plan", "--to", join(root, "plan"), "--tasks", "2", "--"];
    for (const [line, said] of [
      [
        ["doctor"],
        "planning an array job: expected a command that can be done in parts, got doctor",
      ],
      [[...evalArgs], "--out: expected where the result goes, got none"],
      [[...evalArgs, "--out", data], "the result of a plan: "],
      [[...evalArgs, "--out", "x", "--device", "cuda:0,1"], "expected one device for each task"],
      [[...evalArgs, "--out", "x", "--workers", "2"], "got one with --shard, --parts or --workers"],
      [[...evalArgs, "other.pt", "--out", "x"], "expected one model to be evaluated in parts"],
      [[...evalArgs, "--out", "x", "--max-skipped", "x"], "--max-skipped: expected a whole number"],
      [[...evalArgs, "--out", "x", "--nonsense"], "--nonsense"],
      [[...evalArgs, "--out", "x", "--seed", "x"], "--seed: expected a whole number"],
    ] as const) {
      const { status, stderr } = await answerOf([...plan, ...line]);
      assert.equal(status, 2, stderr);
      assert.ok(stderr.includes(said), stderr);
    }
    assert.ok(!namesIn(root).includes("plan"));
    const shared = plan.with(-1, "--gpus-per-task");
    for (const gpus of ["0", "0.5", "2"]) {
      const { status, stderr } = await answerOf([...shared, gpus, "--", ...evalArgs, "--out", "x"]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /--gpus-per-task: expected .*1/);
    }
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
    const { folder, out, plan, parts, logs } = await planned(benchmark);
    const doPart = (i: number) =>
      done(...benchmark.evalArgs, "--shard", `${String(i)}/3`, "--parts", parts);
    const submitted = () => readFileSync(calls, "utf8").trim().split("\n");
    assert.match(await done("slurm", "submit", folder), /^job 17: 3 tasks; /);
    const script = join(folder, "job.sbatch");
    const named = `--job-name=${plan.jobName} --output=${logs}/%A_%a.log`;
    assert.deepEqual(submitted(), [`--parsable --array=1-3 ${named} ${script}`]);

    await doPart(2);
    writeFileSync(queue, "17_3|RUNNING|None\n");
    writeFileSync(join(logs, "17_3.log"), "evaluating 4/9 images · 2.0/s · 3 s left\n");
    const log = join(logs, "17_1.log");
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
    assert.equal(submitted()[1], `--parsable --array=1 ${named} ${script}`);
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

  test("a merge replaces what it made, and nothing else", async (t) => {
    const benchmark = smallBenchmark(t);
    fakeSlurm(t, benchmark.root);
    const { folder, out, parts } = await planned(benchmark, "--tasks", "1");
    await done(...benchmark.evalArgs, "--shard", "1/1", "--parts", parts);
    mkdirSync(out);
    writeFileSync(join(out, "notes.txt"), "mine");
    const refused = await answerOf(["slurm", "merge", folder]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error\[OUTPUT_EXISTS\]: .*got a folder with notes\.txt$/m);
    assert.deepEqual(namesIn(out), ["notes.txt"]);
    rmSync(out, { recursive: true });
    for (let time = 0; time < 2; time++) await done("slurm", "merge", folder);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("a merge is told where the images are now, and how many unreadable ones are accepted", async (t) => {
    const benchmark = smallBenchmark(t);
    fakeSlurm(t, benchmark.root);
    const { folder, out, parts } = await planned(benchmark, "--tasks", "1");
    const [thing = ""] = namesIn(benchmark.data);
    const broken = join(benchmark.data, thing, "0000.jpg");
    rmSync(join(benchmark.data, thing, namesIn(join(benchmark.data, thing))[0] ?? ""));
    writeFileSync(broken, "no picture");
    await answerOf([...benchmark.evalArgs, "--shard", "1/1", "--parts", parts]);
    const moved = join(benchmark.root, "moved");
    renameSync(benchmark.data, moved);
    const merge = ["slurm", "merge", folder];
    const lost = await answerOf(merge);
    assert.equal(lost.status, 4);
    assert.match(lost.stderr, /^error\[DATA_NOT_FOUND\]: .*spurious/m);
    const skipped = await answerOf([...merge, "--data", moved]);
    assert.equal(skipped.status, 4);
    assert.match(skipped.stderr, /^error\[IMAGES_SKIPPED\]: /m);
    await done(...merge, "--data", moved, "--max-skipped", "1");
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("more tasks than Slurm's arrays have are refused with the limit", async (t) => {
    const benchmark = smallBenchmark(t, { val: 200, spurious: 200 });
    const { calls } = fakeSlurm(t, benchmark.root);
    const { folder } = await planned(benchmark, "--tasks", "1001");
    const { status, stderr } = await answerOf(["slurm", "submit", folder]);
    assert.equal(status, 3);
    assert.match(stderr, /expected at most 1000 tasks \(MaxArraySize of this Slurm\), got 1001$/m);
    assert.equal(readFileSync(calls, "utf8"), "");
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
    const logs = logsOf(folder, readJsonFile<SlurmPlan>(join(folder, "plan.json")));
    const { queue } = fakeSlurm(t, root);
    writeFileSync(queue, "17_1|RUNNING|None\n");
    const log = "attacking 400/600 component steps · 60.0/s · 3 s left\n";
    writeFileSync(join(logs, "17_1.log"), log);
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
