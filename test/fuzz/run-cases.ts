import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";

import type { FuzzMessage, FuzzResult, FuzzTask } from "./case.js";

/** No file that is read here takes a tenth of this. */
const LIMIT_MS = 20_000;

/** `SPURIOUS_NATIVE_FUZZ=full` takes the larger number. */
export function fuzzCount(short: number, full: number): number {
  return process.env["SPURIOUS_NATIVE_FUZZ"] === "full" ? full : short;
}

/**
 * Reads cases 0 to count - 1 in a process of their own. A case that ends it, or that does not end,
 * is told as wrong, and another process goes on behind it.
 * @param worker the file that calls serveCases
 */
export async function runCases(worker: URL, count: number): Promise<FuzzResult[]> {
  const results: FuzzResult[] = [];
  while (results.length < count) {
    results.push(...(await runUntilDeath(worker, { from: results.length, to: count })));
  }
  return results;
}

/** At least one result: that of the case which ended the process, if not all of them. */
function runUntilDeath(worker: URL, task: FuzzTask): Promise<FuzzResult[]> {
  const child = fork(worker, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const results: FuzzResult[] = [];
  let origin: string | null = null;
  let stderr = "";
  let timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-1000);
  });
  child.on("message", (message: FuzzMessage) => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    if ("begin" in message) ({ origin } = message);
    else results.push({ index: message.end, origin: origin ?? "", outcome: message.outcome });
  });
  child.send(task);
  return ended(child).then((how) => {
    clearTimeout(timer);
    assert.ok(origin !== null, `the worker itself ended with ${how}: ${stderr}`);
    const index = task.from + results.length;
    if (index < task.to) {
      const what = `it ended the process with ${how}: ${stderr}`;
      results.push({ index, origin, outcome: { kind: "wrong", what } });
    }
    return results;
  });
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve(signal ?? `status ${String(status)}`));
  });
}

/** Every case was read or refused by name, and enough of both for the cases to be worth it. */
export function assertNamed(results: readonly FuzzResult[], count: number): void {
  assert.equal(results.length, count);
  const wrong = results.flatMap(({ index, origin, outcome }) =>
    outcome.kind === "wrong" ? [`case ${String(index)} (${origin}): ${outcome.what}`] : [],
  );
  assert.deepEqual(wrong.slice(0, 20), [], `${String(wrong.length)} cases`);
  const refused = results.filter(({ outcome }) => outcome.kind === "refused").length;
  assert.ok(refused > count / 10, `only ${String(refused)} of ${String(count)} were refused`);
}
