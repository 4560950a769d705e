import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { SpuriousError } from "../../errors.js";
import type { PlannedWork } from "../part.js";
import { writeFailed, writeFilesAtomic } from "../../results/atomic.js";
import { ResultFolder } from "../../results/result-folder.js";
import { withOptions, withoutOptions } from "../command-line.js";
import { programCommand } from "../worker.js";
import {
  logsOf,
  partsOf,
  PLAN_FILE,
  PLAN_SCHEMA,
  readPlan,
  SCRIPT_FILE,
  type SlurmPlan,
} from "./plan-file.js";
import { refuseTaken } from "./taken.js";
import { jobScript, type SlurmResources } from "./script.js";

export interface PlanSlurmRequest extends SlurmResources {
  /** A command line of `eval`, `pca fit`, ..., without the program's name. */
  readonly commandLine: readonly string[];
  /** Where its result goes. */
  readonly out: string;
  /** What there is to do, for example all images. */
  readonly work: PlannedWork;
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
 * Writes a plan: plan.json, and job.sbatch to read and edit. Nothing is submitted. In the place of a
 * plan of the same work it goes on with that one's parts, of other work it begins anew.
 * @throws USAGE_INVALID neither `tasks` nor `rate` with `hoursPerTask`, nothing to do, or a value that a
 *   script cannot hold; OUTPUT_EXISTS the plan or its result; OUTPUT_WRITE_FAILED
 */
export async function planSlurm(request: PlanSlurmRequest): Promise<SlurmPlan> {
  const { rate, force } = request;
  const { count, unit, pieces } = request.work;
  if (pieces === 0) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `planning an array job: expected a command that has something to do, got 0 ${unit}`,
    );
  }
  const to = resolve(request.to);
  const out = resolve(request.out);
  const tasks = Math.min(tasksOf(request), pieces);
  const minutes = request.minutes ?? minutesOf(count / tasks, rate);
  const commandLine = withoutOptions(request.commandLine, OWN);
  const replacesOut = request.commandLine.includes("--force");
  if (!replacesOut) await refuseTaken(out);
  await using folder = await ResultFolder.open(to, { force });
  const work = { commandLine, out, tasks };
  const plan: SlurmPlan = {
    schema: PLAN_SCHEMA,
    jobName: (await nameOfSame(to, work)) ?? `spurious-native-${randomBytes(4).toString("hex")}`,
    ...{ commandLine, out, replacesOut, tasks, work: { count, unit }, minutes },
  };
  const script = jobScript({
    ...{ jobName: plan.jobName, tasks, minutes, resources: request, cwd: process.cwd() },
    logs: logsOf(to, plan),
    command: programCommand(
      withOptions(commandLine, [
        ...["--parts", partsOf(to, plan), "--progress", "lines"],
        ...threads(request),
      ]),
    ),
  });
  try {
    await mkdir(logsOf(to, plan), { recursive: true });
  } catch (cause) {
    throw writeFailed(to, cause);
  }
  await writeFilesAtomic(folder.path, [
    { name: SCRIPT_FILE, content: script },
    { name: PLAN_FILE, content: `${JSON.stringify(plan, null, 2)}\n` },
  ]);
  return plan;
}

/** The name of the plan that is there, if its parts are those of this one. */
async function nameOfSame(
  to: string,
  work: Pick<SlurmPlan, "commandLine" | "out" | "tasks">,
): Promise<string | null> {
  const before = await readPlan(to).catch(() => null);
  if (before === null) return null;
  const { commandLine, out, tasks, jobName } = before;
  return isDeepStrictEqual({ commandLine, out, tasks }, work) ? jobName : null;
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
