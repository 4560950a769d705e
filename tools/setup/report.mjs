// What the set-up says, all of it on stderr, and how it fails.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The exit status of everything that the environment lacks (as in src/errors.ts). */
const ENVIRONMENT = 3;

/** A failure that the user can do something about. */
export class SetupError extends Error {
  /**
   * @param {string} code a code of the error table, for example LIBTORCH_MISSING
   * @param {string} message what failed: which input: expected what, got what
   * @param {string} [hint] what to do about it
   */
  constructor(code, message, hint = "") {
    super(message);
    this.name = "SetupError";
    this.code = code;
    this.hint = hint;
  }
}

/** @param {string} text one line of progress */
export function say(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

/**
 * Runs a script's main function when the script is what Node was started with (and not imported);
 * a SetupError is printed as the program prints its errors.
 * @param {string} script the script's import.meta.url
 * @param {() => Promise<number | void>} main returns the exit status
 */
export async function runMain(script, main) {
  if (fileURLToPath(script) !== realpathSync(process.argv[1] ?? "")) return;
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`error[${error.code}]: ${error.message}\n`);
    if (error.hint) process.stderr.write(`hint: ${error.hint}\n`);
    process.exitCode = ENVIRONMENT;
  }
}
