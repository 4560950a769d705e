import { join } from "node:path";
import { readDocument, resultInvalid } from "../../results/read-document.js";

export const PLAN_SCHEMA = "spurious-native/slurm-plan/1";
export const PLAN_FILE = "plan.json";
export const SCRIPT_FILE = "job.sbatch";
export const PARTS = "parts";
export const LOGS = "logs";

/** The document of plan.json. */
export interface SlurmPlan {
  readonly schema: typeof PLAN_SCHEMA;
  /** Of the job, and of no other plan's. */
  readonly jobName: string;
  /** The command line, without the program's name and without --out. */
  readonly commandLine: readonly string[];
  /** Where the result goes. */
  readonly out: string;
  /** Parts, each of which is one task of the array. */
  readonly tasks: number;
  readonly work: { readonly count: number; readonly unit: string };
  /** Time limit of a task. */
  readonly minutes: number;
}

/** @throws RESULT_INVALID */
export async function readPlan(folder: string): Promise<SlurmPlan> {
  const path = join(folder, PLAN_FILE);
  const plan = await readDocument<SlurmPlan>(path, PLAN_SCHEMA, resultInvalid);
  if (plan === null) throw resultInvalid(path, "a plan made by `slurm plan`", "none");
  const { jobName, out, tasks, work } = plan;
  if (typeof jobName === "string" && typeof out === "string" && Number(tasks) >= 1 && work) {
    return plan as SlurmPlan;
  }
  throw resultInvalid(path, "jobName, out, tasks and work", "a document without them");
}
