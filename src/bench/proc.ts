import { readFileSync } from "node:fs";

/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100;

/**
 * Processor seconds of a process and of its children that have ended, or null where the system does
 * not tell.
 */
export function processorSeconds(pid: number): number | null {
  const text = read(`/proc/${String(pid)}/stat`);
  return text === null ? null : secondsOfProcess(text);
}

/** Processor seconds of this process's children that have ended and were waited for. */
export function endedChildrenSeconds(): number | null {
  const text = read("/proc/self/stat");
  if (text === null) return null;
  const [, , children, childrenSystem] = times(text);
  return ((children ?? 0) + (childrenSystem ?? 0)) / TICKS_PER_SECOND;
}

/** Processor seconds that all processes (and the host of a virtual machine) have used since start-up. */
export function machineSeconds(): number | null {
  const text = read("/proc/stat");
  return text === null ? null : secondsOfMachine(text);
}

/** @param text the content of /proc/PID/stat */
export function secondsOfProcess(text: string): number {
  return times(text).reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** @param text the content of /proc/stat */
export function secondsOfMachine(text: string): number {
  const line = text.split("\n").find((one) => one.startsWith("cpu ")) ?? "";
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + soft + stolen) / TICKS_PER_SECOND;
}

/** utime, stime, cutime, cstime; the name before them may hold blanks and parentheses. */
function times(text: string): number[] {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).map(Number);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
