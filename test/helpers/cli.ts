import { type ChildProcess, spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";

import { run, type Streams } from "../../src/cli.js";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
/** Far above what any of them takes: a child that hangs must not hang the tests. */
const TIMEOUT_MS = 240_000;

export interface CliResult {
  /** Exit status; null when a signal ended the process. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Added to an environment in which no data set is named and nothing is said about colour. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs this in front of node: `["bash", "-c", 'ulimit -f 8; exec "$@"', "--"]`. */
  readonly before?: readonly string[];
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

/** Variables that would change what the program does. */
const CLEARED = [
  "SPURIOUS_IMAGENET",
  "IMAGENET_ROOT",
  "NO_COLOR",
  "FORCE_COLOR",
  "NODE_TEST_CONTEXT",
  "NODE_OPTIONS",
];

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of CLEARED) delete env[name];
  return { ...env, ...more };
}

/** Starts the program as a process of its own, from its sources. */
export function startCli(args: readonly string[], options: CliOptions = {}): StartedCli {
  const [program = "", ...rest] = [
    ...(options.before ?? []),
    process.execPath,
    "--import",
    TSX,
    MAIN,
    ...args,
  ];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  return { child, ended: collect(child) };
}

/** Runs the program to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

function collect(child: ChildProcess): Promise<CliResult> {
  const chunks: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => chunks[0].push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks[1].push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const [stdout = "", stderr = ""] = chunks.map((one) => Buffer.concat(one).toString("utf8"));
      resolve({ status, signal, stdout, stderr });
    });
  });
}

/**
 * The same without a process: for command lines that need nothing but an answer. Faster by a second
 * each; the environment is the tests' own.
 */
export async function answerOf(args: readonly string[], isTTY = false): Promise<CliResult> {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const streams = { stdout, stderr } as unknown as Streams;
  const never = new AbortController().signal;
  const status = await run([...args], streams, { watch: () => never });
  const text = (stream: PassThrough): string =>
    (stream.read() as Buffer | null)?.toString("utf8") ?? "";
  return { status, signal: null, stdout: text(stdout), stderr: text(stderr) };
}
