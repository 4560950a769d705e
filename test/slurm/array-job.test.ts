import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "node:test";

import type { SlurmPlan } from "../../src/cluster/slurm/plan-file.js";
import type { SlurmStatus } from "../../src/cluster/slurm/status.js";
import { runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { assertSameFolders } from "../helpers/folder-content.js";
import { readJsonFile } from "../helpers/mining-pool.js";
import { slurm, slurmMissing } from "../helpers/real-slurm.js";
import { namesIn, RESULT_FILES, timelessFiles } from "../helpers/result-files.js";
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
const MISHAPS: Readonly<Record<string, (part: number, id: string, folder: string) => void>> = {
  killed: (part, _, folder) => {
    const pid = writerOf(join(folder, "parts"), part);
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  },
  requeued: (_, id) => void slurm("scontrol", "requeue", id),
  cancelled: (_, id) => void slurm("scancel", id),
  // What Slurm itself sends before the time limit.
  "out of time": (_, id) => void slurm("scancel", "--batch", "--signal=USR1", id),
  duplicated: (part, _, folder) => {
    slurm("sbatch", `--array=${String(part)}`, "--job-name=twice", join(folder, "job.sbatch"));
  },
};

/** Lets every mishap befall a task that is at work. */
async function disturb(plan: SlurmPlan, folder: string): Promise<Map<string, number>> {
  const hit = new Map<string, number>();
  const left = Object.entries(MISHAPS);
  await until("tasks to disturb", () => {
    const tasks = queue(plan);
    for (const [part, { id, state }] of tasks) {
      const [next] = left;
      if (next === undefined) break;
      const used = [...hit.values()].includes(part);
      if (used || state !== "RUNNING" || writerOf(join(folder, "parts"), part) === undefined)
        continue;
      try {
        next[1](part, id, folder);
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

async function afterMishaps(folder: string, args: readonly string[], out: string): Promise<void> {
  await done(
    "slurm",
    "plan",
    "--to",
    folder,
    "--tasks",
    "20",
    "--time",
    "5",
    "--",
    ...args,
    "--out",
    out,
  );
  const plan = readJsonFile<SlurmPlan>(join(folder, "plan.json"));
  await done("slurm", "submit", folder);
  const again = await done("slurm", "submit", folder);
  assert.match(again, /^nothing to submit: \d+ parts? done, \d+ in the queue$/m);
  const hit = await disturb(plan, folder);
  assert.deepEqual([...hit.keys()], Object.keys(MISHAPS));
  const isIdle = () => slurm("squeue", "--noheader", "--me").trim() === "";
  await until("the end of all tasks", isIdle);

  const status = JSON.parse(await done("slurm", "status", folder, "--json")) as SlurmStatus;
  const failed = status.tasks.filter(({ state }) => state === "failed");
  // What was not killed too late has failed; all else has gone on by itself.
  for (const { part, reason } of failed) {
    assert.ok(
      [hit.get("killed"), hit.get("cancelled")].includes(part),
      JSON.stringify(status.tasks),
    );
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
  await done("slurm", "merge", folder);
}

describe("an array job on a real Slurm", { skip: slurmMissing() }, () => {
  test("eval: 20 tasks killed, requeued, cancelled, out of time and there twice give the result of one run", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, { val: 60, spurious: 60 });
    const args = [...evalArgs, "--batch", "1", "--device", "cpu"];
    const [whole, out, folder] = [join(root, "whole"), join(root, "out"), join(root, "plan")];
    await done(...args, "--out", whole);
    await afterMishaps(folder, args, out);
    const [expected, found] = [timelessFiles(whole), timelessFiles(out)];
    for (const name of RESULT_FILES) assert.ok(found[name] === expected[name], `${name} differs`);
    // Merging again changes nothing.
    await done("slurm", "merge", folder);
    assert.deepEqual(timelessFiles(out), found);
  });

  test("pca fit: the same", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root, { classes: 40, images: 10 });
    const [whole, out, folder] = [join(root, "whole"), join(root, "out"), join(root, "plan")];
    await done(...fitArgs, "--out", whole);
    await afterMishaps(folder, fitArgs, out);
    assertSameFolders(out, whole);
  });
});
