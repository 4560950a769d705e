import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpuriousError } from "../../errors.js";
import { writeFailed, writeFilesAtomic } from "../../results/atomic.js";
import { ResultFolder } from "../../results/result-folder.js";
import { withoutOptions } from "../command-line.js";
import { programCommand } from "../worker.js";
import { LOGS, PARTS, PLAN_FILE, PLAN_SCHEMA, SCRIPT_FILE, type SlurmPlan } from "./plan-file.js";
import { jobScript, type SlurmResources } from "./script.js";

export interface PlanSlurmRequest extends SlurmResources {
  /** A command line of `eval`, `pca fit`, ..., without the program's name. */
  readonly commandLine: readonly string[];
  /** Where its result goes. */
  readonly out: string;
  /** What there is to do, for example all images. */
  readonly work: SlurmPlan["work"];
  /** Folder of the plan. */
  readonly to: string;
  /** Parts; or told from `rate` and `hoursPerTask`. */
  readonly tasks?: number | undefined;
  /** Things that one task does in a second. */
  readonly rate?: number | undefined;
  readonly hoursPerTask?: number | undefined;
  /** Time limit of a task; default: half as much again as `rate` says and ten minutes, else four hours. */
  readonly minutes?: number | undefined;
  readonly force?: boolean | undefined;
}

const DEFAULT_MINUTES = 240;
/** Time for what the rate does not tell: other machines, loading the model. */
const SLACK = { factor: 1.5, minutes: 10 } as const;

/** Said otherwise by a plan. */
const OWN = {
  valued: ["--out", "--parts", "--shard", "--workers", "--progress"],
  switches: ["--force", "--resume", "--json", "--quiet"],
};

/**
 * Writes a plan: plan.json, and job.sbatch to read and edit. Nothing is submitted.
 * @throws USAGE_INVALID neither `tasks` nor `rate` with `hoursPerTask`; OUTPUT_EXISTS,
 *   OUTPUT_WRITE_FAILED
 */
export async function planSlurm(request: PlanSlurmRequest): Promise<SlurmPlan> {
  const { work, rate, out, force } = request;
  const to = resolve(request.to);
  const tasks = tasksOf(request);
  const minutes = request.minutes ?? minutesOf(work.count / tasks, rate);
  const commandLine = withoutOptions(request.commandLine, OWN);
  const plan: SlurmPlan = {
    schema: PLAN_SCHEMA,
    jobName: `spurious-native-${randomBytes(4).toString("hex")}`,
    commandLine,
    out: resolve(out),
    tasks,
    work,
    minutes,
  };
  await using folder = await ResultFolder.open(to, { force });
  const script = jobScript({
    ...{ jobName: plan.jobName, tasks, minutes, resources: request, cwd: process.cwd() },
    logs: join(to, LOGS),
    command: [
      ...programCommand(commandLine),
      ...["--parts", join(to, PARTS), "--progress", "lines", ...threads(request)],
    ],
  });
  try {
    await mkdir(join(to, LOGS), { recursive: true });
  } catch (cause) {
    throw writeFailed(to, cause);
  }
  await writeFilesAtomic(folder.path, [
    { name: SCRIPT_FILE, content: script },
    { name: PLAN_FILE, content: `${JSON.stringify(plan, null, 2)}\n` },
  ]);
  return plan;
}

function tasksOf({ tasks, rate, hoursPerTask, work }: PlanSlurmRequest): number {
  if (tasks !== undefined) return tasks;
  if (rate !== undefined && hoursPerTask !== undefined) {
    return Math.max(1, Math.ceil(work.count / (rate * hoursPerTask * 3600)));
  }
  throw new SpuriousError(
    "USAGE_INVALID",
    "planning an array job: expected --tasks N, or --hours-per-task H with --rate R, got neither",
  );
}

/** Whole minutes, as Slurm counts. */
function minutesOf(count: number, rate: number | undefined): number {
  if (rate === undefined) return DEFAULT_MINUTES;
  return Math.ceil((SLACK.factor * count) / rate / 60 + SLACK.minutes);
}

/** Threads decide the last bits of some numbers: all tasks have as many, whatever their machine. */
function threads({ cpusPerTask, commandLine }: PlanSlurmRequest): string[] {
  const isGiven = commandLine.some((one) => one === "--threads" || one.startsWith("--threads="));
  return cpusPerTask === undefined || isGiven ? [] : ["--threads", String(cpusPerTask)];
}
