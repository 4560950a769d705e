import { publishedParts } from "../part-folder.js";
import { logsOf, partsOf, readPlan, type SlurmPlan } from "./plan-file.js";
import { queuedTasks } from "./run-slurm.js";
import { progressIn, TaskLogs, type TaskProgress, tellingLine } from "./task-log.js";

export const SLURM_STATUS_SCHEMA = "spurious-native/slurm-status/1";

export type TaskState = "done" | "running" | "pending" | "failed" | "not submitted";

export interface TaskStatus {
  readonly part: number;
  readonly state: TaskState;
  /** "17_3", while it is in the queue. */
  readonly task: string | null;
  /** Why it waits, or the line of its log that says why it failed. */
  readonly reason: string | null;
  readonly log: string | null;
}

export interface SlurmStatus {
  readonly schema: typeof SLURM_STATUS_SCHEMA;
  readonly tasks: readonly TaskStatus[];
  /** Of the whole. */
  readonly done: number;
  readonly count: number;
  readonly unit: string;
  /** Things a second of all tasks that run now; null where nothing tells. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

/**
 * How far a plan is, from the queue, the parts and the logs; accounting is not needed.
 * @throws SLURM_FAILED, RESULT_INVALID
 */
export async function slurmStatus(folder: string): Promise<SlurmStatus> {
  const plan = await readPlan(folder);
  const { count, unit } = plan.work;
  const queued = new Map((await queuedTasks(plan.jobName)).map((one) => [one.part, one]));
  // Behind the queue: a part that was done in between must not look as if it had failed.
  const parts = await publishedParts(partsOf(folder, plan), plan.tasks);
  const logs = await TaskLogs.of(logsOf(folder, plan));
  let [done, rate] = [0, 0];
  const tasks: TaskStatus[] = [];
  for (let part = 1; part <= plan.tasks; part++) {
    const whole = parts.get(part);
    const waiting = queued.get(part);
    if (whole) {
      done += whole.document.work.done;
      tasks.push({ part, state: "done", task: waiting?.id ?? null, reason: null, log: null });
      continue;
    }
    const { path, text } = await logs.newest(part);
    const progress = inUnitOf(plan, progressIn(text));
    done += progress?.done ?? 0;
    const isRunning = waiting !== undefined && waiting.state !== "PENDING";
    if (isRunning) rate += progress?.rate ?? 0;
    const state: TaskState = isRunning
      ? "running"
      : waiting !== undefined
        ? "pending"
        : path === ""
          ? "not submitted"
          : "failed";
    const reason =
      state === "failed"
        ? tellingLine(text)
        : state === "pending"
          ? (waiting?.reason ?? null)
          : null;
    tasks.push({ part, state, task: waiting?.id ?? null, reason, log: path === "" ? null : path });
  }
  return {
    schema: SLURM_STATUS_SCHEMA,
    tasks,
    done: Math.min(Math.floor(done), count),
    count,
    unit,
    rate: rate > 0 ? rate : null,
    secondsLeft: rate > 0 ? Math.max(0, count - done) / rate : null,
  };
}

/** Logs of `evidence` count the steps of its attacks; of a plan's classes they tell a share. */
function inUnitOf({ work, tasks }: SlurmPlan, progress: TaskProgress | null): TaskProgress | null {
  if (progress === null || progress.unit === work.unit || progress.total === 0) return progress;
  const total = work.count / tasks;
  const scale = total / progress.total;
  return { done: progress.done * scale, total, unit: work.unit, rate: progress.rate * scale };
}
