import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";

import { logsOf, partsOf, type SlurmPlan } from "../../src/cluster/slurm/plan-file.js";
import type { SlurmStatus } from "../../src/cluster/slurm/status.js";
import { runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { assertContent, resultContent } from "../helpers/folder-content.js";
import { fixture } from "../helpers/fixtures.js";
import {
  fitPaintedPca,
  paintPictures,
  readJsonFile,
  writePictures,
} from "../helpers/mining-pool.js";
import { slurm, slurmDaemon, slurmMissing } from "../helpers/real-slurm.js";
import { namesIn } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { smallTraining } from "../helpers/small-pca.js";

const PATIENCE_MS = 400_000;

async function done(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCli(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `waited for ${what}`);
    await sleep(200);
  }
}

/** Tasks of a plan in the queue: state by part. */
function queue({ jobName }: SlurmPlan): Map<number, { id: string; state: string }> {
  const text = slurm("squeue", "--noheader", "--array", `--name=${jobName}`, "--format=%i|%T");
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [id = "", state = ""] = line.split("|");
      return [Number(id.split("_")[1]), { id, state }];
    }),
  );
}

/** A plan that was submitted. */
interface Planned {
  readonly folder: string;
  readonly plan: SlurmPlan;
  readonly parts: string;
}

/** Process that writes to an attempt at a part; undefined where there is none. */
function writerOf(parts: string, part: number): number | undefined {
  const prefix = `part-${String(part).padStart(3, "0")}-`;
  for (const name of namesIn(join(parts, ".attempts")).filter((one) => one.startsWith(prefix))) {
    try {
      const text = readFileSync(join(parts, ".attempts", name, ".lock"), "utf8");
      return (JSON.parse(text) as { pid: number }).pid;
    } catch {
      // Between two of its steps.
    }
  }
  return undefined;
}

/** What happens to one task of each kind while it works. */
const MISHAPS: Readonly<Record<string, (part: number, id: string, planned: Planned) => void>> = {
  killed: (part, _, { parts }) => {
    const pid = writerOf(parts, part);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  },
  requeued: (_, id) => void slurm("scontrol", "requeue", id),
  cancelled: (_, id) => void slurm("scancel", id),
  // What Slurm itself sends before the time limit.
  "out of time": (_, id) => void slurm("scancel", "--batch", "--signal=USR1", id),
  duplicated: (part, _, { folder }) => {
    slurm("sbatch", `--array=${String(part)}`, "--job-name=twice", join(folder, "job.sbatch"));
  },
};

/** Lets every mishap befall a task that is at work. */
async function disturb(planned: Planned): Promise<Map<string, number>> {
  const { plan, parts } = planned;
  const hit = new Map<string, number>();
  const left = Object.entries(MISHAPS);
  await until("tasks to disturb", () => {
    const tasks = queue(plan);
    for (const [part, { id, state }] of tasks) {
      const [next] = left;
      if (next === undefined) break;
      const used = [...hit.values()].includes(part);
      if (used || state !== "RUNNING" || writerOf(parts, part) === undefined) continue;
      try {
        next[1](part, id, planned);
      } catch {
        // It had ended by then; another one will do.
        continue;
      }
      hit.set(next[0], part);
      left.shift();
    }
    return left.length === 0 || tasks.size === 0;
  });
  return hit;
}

/** A command as an array job, submitted. */
async function submitted(
  folder: string,
  args: readonly string[],
  { tasks, minutes, edit }: { tasks: number; minutes: number; edit?: (script: string) => string },
): Promise<Planned> {
  const size = ["--tasks", String(tasks), "--time", String(minutes)];
  await done("slurm", "plan", "--to", folder, ...size, "--", ...args);
  const script = join(folder, "job.sbatch");
  if (edit) writeFileSync(script, edit(readFileSync(script, "utf8")));
  await done("slurm", "submit", folder);
  const plan = readJsonFile<SlurmPlan>(join(folder, "plan.json"));
  return { folder, plan, parts: partsOf(folder, plan) };
}

const isIdle = () => slurm("squeue", "--noheader", "--me").trim() === "";

function logsIn(folder: string): string[] {
  return namesIn(folder).map((name) => readFileSync(join(folder, name), "utf8"));
}

async function failedTasks(folder: string): Promise<SlurmStatus["tasks"]> {
  const status = JSON.parse(await done("slurm", "status", folder, "--json")) as SlurmStatus;
  return status.tasks.filter(({ state }) => state === "failed");
}

/** Twenty tasks with mishaps give what one run gives, and go on giving it. */
async function survivesMishaps(root: string, args: readonly string[]): Promise<void> {
  const [whole, out] = [join(root, "whole"), join(root, "out")];
  await done(...args, "--out", whole);
  const expected = resultContent(whole);
  const line = [...args, "--out", out];
  // A name with all that ends a line of #SBATCH.
  const planned = await submitted(join(root, "50% #3 of it", "plan"), line, {
    tasks: 20,
    minutes: 5,
  });
  const { folder } = planned;
  const again = await done("slurm", "submit", folder);
  assert.match(again, /^nothing to submit: \d+ parts? done, \d+ in the queue$/m);
  const hit = await disturb(planned);
  assert.deepEqual([...hit.keys()], Object.keys(MISHAPS));
  await until("the end of all tasks", isIdle);

  // What was not killed too late has failed; all else has gone on by itself.
  const failed = await failedTasks(folder);
  for (const { part, reason } of failed) {
    assert.ok([hit.get("killed"), hit.get("cancelled")].includes(part), JSON.stringify(failed));
    assert.ok(reason);
  }
  assert.ok(failed.length > 0);
  const early = await runCli(["slurm", "merge", folder]);
  assert.equal(early.status, 6, early.stderr);
  const missing = failed.map(({ part }) => part).join(", ");
  assert.match(
    early.stderr,
    new RegExp(`^error\\[SHARDS_INCOMPLETE\\]: .*got all but ${missing}$`, "m"),
  );

  // Two at the same time: one of them submits what is missing.
  const both = await Promise.all([1, 2].map(() => runCli(["slurm", "submit", folder])));
  const jobs = both.filter(({ stdout }) => stdout.startsWith("job "));
  assert.equal(jobs.length, 1, both.map(({ stdout, stderr }) => stdout + stderr).join("\n"));
  assert.match(jobs[0]?.stdout ?? "", new RegExp(`: ${String(failed.length)} tasks?;`));
  await until("the end of all tasks", isIdle);
  // Merging again changes nothing.
  for (let time = 0; time < 2; time++) {
    await done("slurm", "merge", folder);
    assertContent(out, expected);
  }
}

describe("20 tasks killed, requeued, cancelled, out of time and there twice give the result of one run", {
  skip: slurmMissing(),
}, () => {
  test("eval", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, { val: 60, spurious: 60 });
    await survivesMishaps(root, [...evalArgs, "--batch", "1", "--device", "cpu"]);
  });

  test("pca fit", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root, { classes: 40, images: 10 });
    await survivesMishaps(root, fitArgs);
  });

  test("evidence", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root, { classes: 20, images: 5 });
    const pca = join(root, "pca");
    await done(...fitArgs, "--out", pca);
    const classes = Array.from({ length: 20 }, (_, index) => ["--class", String(index)]);
    const size = ["--components", "2", "--pool-size", "3", "--eps", "8", "--steps", "8"];
    await survivesMishaps(root, ["evidence", pca, ...classes.flat(), ...size]);
  });

  test("spufix fit", async (t) => {
    const root = fileTree(t, []);
    const { train, fitArgs } = await smallTraining(root, { classes: 40, images: 10 });
    const [pca, labels] = [join(root, "pca"), join(root, "labels.json")];
    await done(...fitArgs, "--out", pca);
    const classes = Array.from({ length: 40 }, (_, index) => [index, [0, 1]]);
    writeFileSync(labels, JSON.stringify(Object.fromEntries(classes)));
    const what = ["spufix", "fit", fixture("eval/models/tiny-resnet.pt"), "--train", train];
    const rest = ["--size", "64", "--alphas", pca, "--components", labels, "--batch", "1"];
    await survivesMishaps(root, [...what, ...rest]);
  });

  test("mine", async (t) => {
    const root = fileTree(t, []);
    const { pca } = await fitPaintedPca(join(root, "mined"));
    const pool = join(root, "pool");
    writePictures(pool, await paintPictures(400));
    const what = ["mine", pca, "--class", "0", "--component", "1,3", "--top", "20"];
    await survivesMishaps(root, [...what, "--batch", "1", "--device", "cpu", "--pool", pool]);
  });
});

describe("what only time does to an array job", { skip: slurmMissing() }, () => {
  /** An `eval` of a minute and more for each of two tasks, and what one run of it gives. */
  async function longEval(t: TestContext) {
    const { root, evalArgs } = smallBenchmark(t, { val: 2500, spurious: 2500 });
    const [whole, out] = [join(root, "whole"), join(root, "out")];
    const args = [...evalArgs, "--batch", "4", "--device", "cpu"];
    await done(...args, "--out", whole);
    return { root, out, line: [...args, "--out", out], expected: resultContent(whole) };
  }

  test("before its time limit a task stops, goes on in a new attempt and ends", async (t) => {
    const { root, out, line, expected } = await longEval(t);
    const { folder, plan } = await submitted(join(root, "plan"), line, { tasks: 2, minutes: 1 });
    await until("the end of all tasks", isIdle);
    const logs = logsIn(logsOf(folder, plan));
    assert.equal(logs.length, 2);
    for (const log of logs) assert.match(log, /goes on in a new attempt[^]*, attempt 1 on /);
    await done("slurm", "merge", folder);
    assertContent(out, expected);
  });

  test("ended by its time limit without notice, a task is told as such and goes on when submitted", async (t) => {
    const { root, out, line, expected } = await longEval(t);
    const { folder, parts } = await submitted(join(root, "plan"), line, {
      ...{ tasks: 1, minutes: 1 },
      edit: (script) => script.replace(/^#SBATCH --signal=.*\n/m, ""),
    });
    await until("the task to be at work", () => writerOf(parts, 1) !== undefined);
    const worker = writerOf(parts, 1);
    assert.ok(worker !== undefined);
    // However quick the machine is, it does not end before its limit.
    process.kill(worker, "SIGSTOP");
    await until("the end of all tasks", isIdle);
    const [failed] = await failedTasks(folder);
    assert.match(failed?.reason ?? "", /DUE TO TIME LIMIT/);
    for (let attempt = 0; attempt < 5 && (await failedTasks(folder)).length > 0; attempt++) {
      await done("slurm", "submit", folder);
      await until("the end of all tasks", isIdle);
    }
    await done("slurm", "merge", folder);
    assertContent(out, expected);
  });

  test("a node that is lost works on unseen while its tasks are done elsewhere", async (t) => {
    const { root, out, line, expected } = await longEval(t);
    const { folder, plan, parts } = await submitted(join(root, "plan"), line, {
      tasks: 8,
      minutes: 9,
    });
    const tasksOn = (node: string) =>
      slurm("squeue", "--noheader", `--name=${plan.jobName}`, `--nodelist=${node}`, "--format=%K")
        .split("\n")
        .filter((text) => text !== "");
    const nodes = slurm("sinfo", "--noheader", "--Node", "--format=%N").trim().split(/\s+/);
    let lost = "";
    await until("tasks at work on a node", () => {
      lost =
        nodes.find((node) => {
          const [task] = tasksOn(node);
          return task !== undefined && writerOf(parts, Number(task)) !== undefined;
        }) ?? "";
      return lost !== "";
    });
    const tasks = tasksOn(lost);
    const daemon = slurmDaemon(lost);
    process.kill(daemon, "SIGSTOP");
    t.after(() => process.kill(daemon, "SIGCONT"));
    await until("the node to be given up", () => !tasksOn(lost).some((one) => tasks.includes(one)));
    await until("the end of all tasks", isIdle);
    const restarted = logsIn(logsOf(folder, plan)).filter((log) => log.includes(", attempt 1 on "));
    assert.ok(restarted.length > 0);
    await done("slurm", "merge", folder);
    assertContent(out, expected);
  });
});
