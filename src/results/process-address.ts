import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** Names a process on any machine that sees the same files; null for what nothing here tells. */
export interface ProcessAddress {
  readonly pid: number;
  readonly host: string;
  /** /etc/machine-id: machines may have one name. */
  readonly machine: string | null;
  /** Another with every start of the kernel. */
  readonly boot: string | null;
  /** In which the number was given: a container's numbers mean nothing outside it. */
  readonly namespace: string | null;
  /** When the process was started, as its kernel counts. */
  readonly begun: string | null;
}

export function ownProcess(): ProcessAddress {
  const { pid } = process;
  return {
    pid,
    host: hostname(),
    machine: firstLine("/etc/machine-id"),
    boot: firstLine("/proc/sys/kernel/random/boot_id"),
    namespace: orNull(() => readlinkSync("/proc/self/ns/pid")),
    begun: beginOf(pid),
  };
}

/** The address in a document; null where it names no process. */
export function parseProcess(document: Partial<ProcessAddress>): ProcessAddress | null {
  const { pid, host, machine = null, boot = null, namespace = null, begun = null } = document;
  if (!Number.isInteger(pid) || typeof host !== "string") return null;
  return { pid: Number(pid), host, machine, boot, namespace, begun };
}

/**
 * Whether a process may still run: of another machine or container nobody can tell.
 * @param since when it is known to have run, ms
 */
export function mayRun(other: ProcessAddress, since: number): boolean {
  const own = ownProcess();
  if (other.host !== own.host || differ(other.machine, own.machine)) return true;
  if (differ(other.boot, own.boot)) {
    // This machine was started anew behind it, or another has its name.
    const isSameMachine = other.machine !== null && other.machine === own.machine;
    return !isSameMachine || !(since < Date.now() - uptime() * 1000);
  }
  if (differ(other.namespace, own.namespace)) return true;
  if (!isAlive(other.pid)) return false;
  // Numbers of ended processes are given to new ones, in containers to the very next.
  return !differ(other.begun, beginOf(other.pid));
}

/** Whether both are known, and not the same. */
function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Linux's "starttime", the 22nd field of /proc/PID/stat, whose second may hold spaces. */
function beginOf(pid: number): string | null {
  return orNull(() => {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  });
}

function firstLine(path: string): string | null {
  return orNull(() => readFileSync(path, "utf8").split("\n")[0]);
}

/** null for what cannot be read or is empty. */
function orNull(read: () => string | undefined): string | null {
  try {
    const text = read();
    return text === undefined || text === "" ? null : text;
  } catch {
    return null;
  }
}
