import { isAbsolute, join } from "node:path";
import * as t from "typanion";
import { readShaped, resultInvalid } from "../../results/read-document.js";

export const PLAN_SCHEMA = "spurious-native/slurm-plan/1";
export const PLAN_FILE = "plan.json";
export const SCRIPT_FILE = "job.sbatch";

/** The document of plan.json. */
export interface SlurmPlan {
  readonly schema: typeof PLAN_SCHEMA;
  /**
   * Of the job, and of no other plan's: what belongs to it is found by that name in the queue and among
   * the parts and logs, wherever a plan took the place of another.
   */
  readonly jobName: string;
  /** The command line, without the program's name and without --out. */
  readonly commandLine: readonly string[];
  /** Where the result goes. */
  readonly out: string;
  /** Whether it may replace what was there before. */
  readonly replacesOut: boolean;
  /** Parts, each of which is one task of the array. */
  readonly tasks: number;
  readonly work: { readonly count: number; readonly unit: string };
  /** Time limit of a task. */
  readonly minutes: number;
}

/** Slurm has no larger arrays (MaxArraySize). */
const MOST_TASKS = 4_000_001;

const PLAN_SHAPE = t.isPartial({
  // Names folders, too.
  jobName: t.cascade(t.isString(), [t.matchesRegExp(/^\w[\w.-]*$/)]),
  out: t.isString(),
  replacesOut: t.isBoolean(),
  tasks: t.cascade(t.isNumber(), [t.isInteger(), t.isInInclusiveRange(1, MOST_TASKS)]),
  work: t.isPartial({ count: t.isNumber(), unit: t.isString() }),
});

/** @throws RESULT_INVALID */
export async function readPlan(folder: string): Promise<SlurmPlan> {
  const path = join(folder, PLAN_FILE);
  const expected = "jobName, out, replacesOut, tasks and work";
  const kind = { schema: PLAN_SCHEMA, shape: PLAN_SHAPE, expected } as const;
  const plan = await readShaped<SlurmPlan>(path, kind, resultInvalid);
  if (plan === null) throw resultInvalid(path, "a plan made by `slurm plan`", "none");
  const { out } = plan;
  // It would be another place in every folder, and what is there is replaced.
  if (!isAbsolute(out)) throw resultInvalid(path, "out as an absolute path", `"${out}"`);
  return plan;
}

/** Folder of the parts of a plan. */
export function partsOf(folder: string, { jobName }: Pick<SlurmPlan, "jobName">): string {
  return join(folder, "parts", jobName);
}

/** Folder of the logs of a plan's tasks, as JOB_PART.log. */
export function logsOf(folder: string, { jobName }: Pick<SlurmPlan, "jobName">): string {
  return join(folder, "logs", jobName);
}
