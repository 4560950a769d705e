import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Read of the end of a log. */
const TAIL_BYTES = 64 * 1024;

/** How far a task is, as its log says. */
export interface TaskProgress {
  readonly done: number;
  readonly total: number;
  /** What is counted, for example "images". */
  readonly unit: string;
  /** Things a second. */
  readonly rate: number;
}

/** The logs of a plan's tasks: JOB_PART.log, one for every submission of a part. */
export class TaskLogs {
  private constructor(
    private readonly folder: string,
    private readonly names: ReadonlyMap<number, readonly string[]>,
  ) {}

  static async of(folder: string): Promise<TaskLogs> {
    const names = new Map<number, string[]>();
    for (const name of await readdir(folder).catch(() => [])) {
      const part = Number(/_(\d+)\.log$/.exec(name)?.[1]);
      const known = names.get(part);
      if (known === undefined) names.set(part, [name]);
      else known.push(name);
    }
    return new TaskLogs(folder, names);
  }

  /** The end of the newest log of a part; "" where there is none. */
  async newest(part: number): Promise<{ path: string; text: string }> {
    const dated = await Promise.all(
      (this.names.get(part) ?? []).map(async (name) => {
        const path = join(this.folder, name);
        return { path, at: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
      }),
    );
    const [newest] = dated.sort((a, b) => b.at - a.at);
    if (newest === undefined) return { path: "", text: "" };
    return { path: newest.path, text: await tailOf(newest.path) };
  }
}

/** The last line of progress. */
export function progressIn(text: string): TaskProgress | null {
  const last = [...text.matchAll(/ (\d+)\/(\d+) ([a-z ]+) · ([\d.]+)\/s/g)].at(-1);
  if (last === undefined) return null;
  const [, done, total, unit = "", rate] = last;
  return { done: Number(done), total: Number(total), unit, rate: Number(rate) };
}

/**
 * The line that says why a task has ended: the program's own error of its last attempt, else what Slurm
 * wrote (out of time, out of memory, cancelled), else the last one.
 */
export function tellingLine(text: string): string {
  const attempt = text.slice(Math.max(0, text.lastIndexOf("\ntask ")));
  const lines = attempt.split("\n").filter((line) => line.trim() !== "");
  const last = (pattern: RegExp): string | undefined =>
    lines.filter((line) => pattern.test(line)).at(-1);
  return (
    last(/^error\[(?!CANCELLED)/) ??
    last(/^(slurmstepd|srun|slurmd)[^:\s]*: /) ??
    last(/^error\[/) ??
    lines.at(-1) ??
    ""
  );
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    await file.read(bytes, 0, bytes.length, start);
    return bytes.toString("utf8");
  } finally {
    await file.close();
  }
}
