// Child processes. Each runs in a process group of its own, so that a signal to this process ends
// a whole build (cmake, ninja, compilers) and not just its first program.

import { spawn } from "node:child_process";
import { constants } from "node:os";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
/** What to undo when a signal ends this process. @type {Set<() => void>} */
export const onSignal = new Set();

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    for (const child of running) {
      try {
        process.kill(-Number(child.pid), signal);
      } catch {
        // It has ended meanwhile.
      }
    }
    for (const undo of onSignal) undo();
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {boolean} [show] pass the output on to stderr as it comes
 * @property {(line: string) => void} [onLine] called for each line of output
 */

/**
 * Runs a program to its end; never rejects. A program that cannot be started has status 127.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ status: number, stdout: string, output: string }>} output: both streams
 */
export function run(command, args, options = {}) {
  const env = { ...process.env, ...options.env };
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let stdout = "";
    let output = "";
    let rest = "";
    /** @param {string} text */
    const take = (text) => {
      output += text;
      if (options.show) process.stderr.write(text);
      if (!options.onLine) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine(line);
    };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    /** @param {number} status */
    const end = (status) => {
      running.delete(child);
      resolve({ status, stdout, output });
    };
    child.on("error", (error) => {
      output += String(error);
      end(127);
    });
    child.on("close", (code, signal) =>
      end(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

/**
 * Runs a program on this terminal (its input, its output) and returns its exit status.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: "inherit",
    });
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => child.kill(signal);
    // The program decides what a signal means (it may write what can be resumed); the handlers
    // above must not end this process before it.
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.removeAllListeners(signal);
      process.on(signal, passOn);
    }
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.on("close", (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}
