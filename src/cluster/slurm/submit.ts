import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { indexRanges } from "../../pca/same-settings.js";
import { SpuriousError } from "../../errors.js";
import { writeFailed } from "../../results/atomic.js";
import { LOCK_NAME, RunLock } from "../../results/run-lock.js";
import { publishedParts } from "../part-folder.js";
import { logsOf, partsOf, readPlan, SCRIPT_FILE } from "./plan-file.js";
import { largestTask, queuedTasks, runSlurm } from "./run-slurm.js";
import { logPattern } from "./script.js";

/** What `submit` has done. */
export interface SlurmSubmission {
  /** Number of the array job; null where nothing was to be submitted. */
  readonly job: string | null;
  /** Parts that were submitted, that are done, and that are in the queue already. */
  readonly submitted: readonly number[];
  readonly done: readonly number[];
  readonly queued: readonly number[];
}

/**
 * Submits the parts of a plan that are neither done nor in the queue, so it can be called at any time
 * and any number of times.
 * @throws SLURM_FAILED, RESULT_INVALID, OUTPUT_WRITE_FAILED, OUTPUT_EXISTS another submission of the plan is being made
 */
export async function submitSlurm(folder: string): Promise<SlurmSubmission> {
  const plan = await readPlan(folder);
  const logs = logsOf(folder, plan);
  try {
    await mkdir(logs, { recursive: true });
  } catch (cause) {
    throw writeFailed(folder, cause);
  }
  const lock = await RunLock.take(join(folder, LOCK_NAME), folder, (holder) =>
    busy(folder, holder),
  );
  try {
    const done = await publishedParts(partsOf(folder, plan), plan.tasks);
    const queued = new Set((await queuedTasks(plan.jobName)).map(({ part }) => part));
    const all = Array.from({ length: plan.tasks }, (_, i) => i + 1);
    const submitted = all.filter((part) => !done.has(part) && !queued.has(part));
    const state = { submitted, done: [...done.keys()], queued: [...queued] };
    if (submitted.length === 0) return { job: null, ...state };
    await requireRoom(folder, plan.tasks);
    const answer = await runSlurm("sbatch", [
      "--parsable",
      `--array=${indexRanges(submitted)}`,
      // By these the queue and the logs are read, whatever an edited script or a variable says.
      `--job-name=${plan.jobName}`,
      `--output=${logPattern(resolve(logs))}`,
      join(folder, SCRIPT_FILE),
    ]);
    // "17", or "17;cluster".
    return { job: answer.trim().split(";")[0] ?? answer.trim(), ...state };
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** @throws SLURM_FAILED */
async function requireRoom(folder: string, tasks: number): Promise<void> {
  const most = await largestTask();
  if (most === null || tasks <= most) return;
  throw new SpuriousError(
    "SLURM_FAILED",
    `submitting a plan: ${folder}: expected at most ${String(most)} tasks (MaxArraySize of this Slurm), got ${String(tasks)}`,
    { input: folder, hint: "plan again with fewer tasks, each of which does more" },
  );
}

function busy(folder: string, holder: string): SpuriousError {
  return new SpuriousError(
    "OUTPUT_EXISTS",
    `submitting a plan: ${folder}: expected no other submission at the same time, got one by ${holder}`,
    {
      input: folder,
      hint: `run it again in a moment; if that process has ended, delete ${join(folder, LOCK_NAME)}`,
    },
  );
}
