import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isErrorCode, SpuriousError } from "../errors.js";
import { type ProgressMessage, WORKER_VARIABLE } from "../terminal/worker-progress.js";

/** How a worker ended. */
export interface WorkerEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The one JSON document of its command. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface WorkerOptions {
  /** A command line without the program's name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Asks it to stop after its batch. */
  readonly signal: AbortSignal;
  readonly onProgress: (message: ProgressMessage) => void;
}

/** Text that is kept of each of a worker's outputs. */
const KEPT = 1_000_000;

/**
 * Runs this program as a process of its own, which ends by itself when this one does: it has a channel
 * to this process, and is in another group so that a signal from the terminal reaches it once.
 */
export function runWorker({ args, environment, signal, onProgress }: WorkerOptions) {
  const [own, ...rest] = programCommand(args);
  const child = spawn(own, rest, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
    env: { ...process.env, [WORKER_VARIABLE]: "1", ...environment },
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString("utf8")));
  child.stderr?.on("data", (chunk: Buffer) => {
    texts.stderr = (texts.stderr + chunk.toString("utf8")).slice(-KEPT);
  });
  child.on("message", (message) => onProgress(message as ProgressMessage));
  const stop = (): void => void child.kill("SIGTERM");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return new Promise<WorkerEnd>((resolve, reject) => {
    child.on("error", (cause) =>
      reject(failed("a process", "it to begin", cause.message, { cause })),
    );
    child.on("close", (status, ended) => {
      signal.removeEventListener("abort", stop);
      resolve({ status, signal: ended, ...texts });
    });
  });
}

/** A command line with this program in front, as it runs here: built, or from its sources. */
export function programCommand(args: readonly string[]): [string, ...string[]] {
  const isSource = import.meta.url.endsWith(".ts");
  const path = isSource ? "../main.ts" : "../../bin/spurious-native.js";
  const program = fileURLToPath(new URL(path, import.meta.url));
  return [process.execPath, ...process.execArgv, program, ...args];
}

/** The signal that ended a worker, whether it was killed or stopped by itself; null for none. */
export function endedBy({ status, signal }: WorkerEnd): NodeJS.Signals | null {
  return signal ?? (status === 143 ? "SIGTERM" : status === 130 ? "SIGINT" : null);
}

/** Why a worker did not end well, as its own error where it said one. @param name "worker 2 of 4" */
export function workerError(name: string, end: WorkerEnd): SpuriousError {
  const { status, stdout, stderr } = end;
  const signal = endedBy(end);
  const own = signal === null ? errorIn(stdout) : null;
  if (own !== null) {
    const { code, message, hint, input } = own;
    return new SpuriousError(code, `${name}: ${message}`, { hint, input: input ?? undefined });
  }
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const how = signal === null ? `status ${String(status)}` : signal;
  return failed(name, "it to end by itself", how + (last === "" ? "" : `: ${last}`));
}

function failed(name: string, expected: string, got: string, more?: { cause: unknown }) {
  return new SpuriousError(
    "WORKER_FAILED",
    `running workers: ${name}: expected ${expected}, got ${got}`,
    { input: name, ...more },
  );
}

function errorIn(stdout: string): ReturnType<SpuriousError["toJSON"]> | null {
  try {
    const { error } = JSON.parse(stdout) as { error?: ReturnType<SpuriousError["toJSON"]> };
    return error !== undefined && isErrorCode(error.code) ? error : null;
  } catch {
    return null;
  }
}
