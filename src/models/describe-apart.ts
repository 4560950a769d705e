import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { SpuriousError } from "../errors.js";
import type { ModelDescription } from "../native/contract.js";

export type DescribeAnswer =
  | { readonly description: ModelDescription }
  | { readonly error: ReturnType<SpuriousError["toJSON"]> };

/** Compiled in the package, as it is written in a checkout. */
const WORKER = fileURLToPath(
  new URL(`./describe-worker${extname(import.meta.url)}`, import.meta.url),
);
/** Far more than the largest models take from a slow disk; a program that never ends does not. */
const LIMIT_MS = 300_000;
const STDERR_KEPT = 2000;

/**
 * Loads a model in a process of its own and describes it: a file that brings libtorch down takes
 * that process with it and not this one.
 * @throws MODEL_* as loading here does; MODEL_DAMAGED where the process died or did not end
 */
export async function describeApart(path: string, limitMs = LIMIT_MS): Promise<ModelDescription> {
  const answer = await ask(path, limitMs);
  if ("description" in answer) return answer.description;
  const { code, message, hint, input } = answer.error;
  throw new SpuriousError(code, message, { hint, input: input ?? undefined });
}

function ask(path: string, limitMs: number): Promise<DescribeAnswer> {
  // What the model's program prints is nobody's result.
  const child = fork(WORKER, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  return new Promise<DescribeAnswer>((resolve, reject) => {
    let answered = false;
    child.once("message", (answer: DescribeAnswer) => {
      answered = true;
      resolve(answer);
    });
    child.once("error", reject);
    child.once("close", (status, signal) => {
      clearTimeout(timer);
      if (!answered) reject(died(path, signal ?? `status ${String(status)}`, stderr));
    });
    child.send(path);
  });
}

function died(path: string, how: string, stderr: string): SpuriousError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  return new SpuriousError(
    "MODEL_DAMAGED",
    `loading the model: ${path}: expected a file that libtorch can load, got one that ended the process with ${how}${said === "" ? "" : ` (${said})`}`,
    { input: path, hint: "do not load this file: it is broken or made to do harm" },
  );
}
