import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SpuriousError } from "../../errors.js";

const TIMEOUT_MS = 120_000;

/** The output of a command of Slurm. @throws SLURM_FAILED it is missing, failed or gave no answer */
export async function runSlurm(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      timeout: TIMEOUT_MS,
      maxBuffer: 1 << 26,
    });
    return stdout;
  } catch (cause) {
    const { code, stderr = "", message } = cause as NodeJS.ErrnoException & { stderr?: string };
    const said = stderr.trim().split("\n").join("; ");
    const got = code === "ENOENT" ? "no such program" : said === "" ? message : said;
    throw new SpuriousError(
      "SLURM_FAILED",
      `asking Slurm: ${program}: expected it to answer, got ${got}`,
      { input: program, cause },
    );
  }
}

/** One task of an array in the queue. */
export interface QueuedTask {
  /** Number of the part. */
  readonly part: number;
  /** "17_3" */
  readonly id: string;
  /** As squeue has it: PENDING, RUNNING, COMPLETING, ... */
  readonly state: string;
  /** Why it waits. */
  readonly reason: string;
}

/**
 * The tasks of a plan that Slurm has not forgotten and that have not ended, whoever has submitted them.
 * Found by the name of the job, so that one whose number was never written down is seen, too.
 * @throws SLURM_FAILED
 */
export async function queuedTasks(jobName: string): Promise<QueuedTask[]> {
  const format = "%i|%T|%r";
  const text = await runSlurm("squeue", [
    ...["--noheader", "--array", `--name=${jobName}`, `--format=${format}`],
  ]);
  return text.split("\n").flatMap((line) => {
    const [id = "", state = "", reason = ""] = line.trim().split("|");
    const part = /^\d+_(\d+)$/.exec(id)?.[1];
    return part === undefined ? [] : [{ part: Number(part), id, state, reason }];
  });
}

/** The largest number that a task of an array may have here; null where Slurm does not tell. */
export async function largestTask(): Promise<number | null> {
  const config = await runSlurm("scontrol", ["show", "config"]).catch(() => "");
  const size = /^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1];
  return size === undefined ? null : Number(size) - 1;
}
