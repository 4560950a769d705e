// Running CMake: is it there, how many jobs, what to show of a build and of its failure.

import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";

import { withLock } from "./lock.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { say, SetupError } from "./report.mjs";
import { readText } from "./stamp.mjs";

/** A file that includes torch's headers takes the compiler this much memory. */
const BYTES_PER_JOB = 2e9;
const SHOW_EVERY_MS = 10_000;
const LOG_LINES_SHOWN = 30;

/** Throws unless CMake can be run. @param {string} what the thing to be built */
export async function requireCmake(what) {
  const { status } = await run("cmake", ["--version"]);
  if (status === 0) return;
  throw new SetupError(
    "ADDON_MISSING",
    `${what} cannot be built: CMake: expected cmake 3.20 or newer on PATH, found none`,
    "install it with `python3 -m pip install cmake ninja`, or with the system's package manager " +
      "(Debian, Ubuntu: apt install cmake ninja-build g++)",
  );
}

/** As many compilers as there are processors and memory for. */
export function buildJobs() {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_JOB)));
}

/** Ninja where it is installed. */
export async function chooseGenerator() {
  const { status } = await run("ninja", ["--version"]);
  return status === 0 ? "Ninja" : "Unix Makefiles";
}

/**
 * A build folder that was configured for another source folder (a moved checkout), libtorch or
 * generator cannot be configured again; its CMake files are removed, so that it starts afresh.
 * @param {string} folder
 * @param {string} libtorch
 * @param {string} generator
 */
export function forgetForeignConfiguration(folder, libtorch, generator) {
  const cache = readText(join(folder, "CMakeCache.txt"));
  if (cache === null) return;
  /** @param {string} name */
  const value = (name) => new RegExp(`^${name}:[A-Z]+=(.*)$`, "m").exec(cache)?.[1];
  const same =
    value("CMAKE_CACHEFILE_DIR") === folder &&
    value("SPURIOUS_NATIVE_LIBTORCH") === libtorch &&
    value("CMAKE_GENERATOR") === generator;
  if (same) return;
  rmSync(join(folder, "CMakeCache.txt"));
  rmSync(join(folder, "CMakeFiles"), { recursive: true, force: true });
}

/**
 * Configures, and builds unless `configureOnly`, with CMake alone (the addon has cmake-js for it).
 * @param {string} what the thing that is built, for messages
 * @param {string} folder the build folder; the log is beside it
 * @param {string} libtorch
 * @param {string[]} definitions for example SPURIOUS_NATIVE_TESTS=ON
 * @param {{ configureOnly?: boolean }} [options]
 */
export async function buildWithCmake(what, folder, libtorch, definitions, options = {}) {
  await requireCmake(what);
  const generator = await chooseGenerator();
  forgetForeignConfiguration(folder, libtorch, generator);
  const values = [
    `SPURIOUS_NATIVE_LIBTORCH=${libtorch}`,
    "CMAKE_BUILD_TYPE=Release",
    ...definitions,
  ];
  const defines = values.map((value) => `-D${value}`);
  /** @type {[string, string[]][]} */
  const steps = [["cmake", ["-S", inPackage(), "-B", folder, "-G", generator, ...defines]]];
  if (!options.configureOnly) {
    steps.push(["cmake", ["--build", folder, "--parallel", String(buildJobs())]]);
  }
  await withLock(`${folder}.lock`, () => runBuild(what, `${folder}.log`, steps));
}

/**
 * Runs the steps of a build. The whole output goes to a log, progress to stderr; when a step
 * fails, the last lines of the log are shown.
 * @param {string} what the thing that is built, for messages
 * @param {string} log
 * @param {[string, string[]][]} steps commands with their arguments, run in the package folder
 */
export async function runBuild(what, log, steps) {
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, "");
  const onLine = progressPrinter();
  for (const [command, args] of steps) {
    appendFileSync(log, `$ ${command} ${args.join(" ")}\n`);
    const { status } = await run(command, args, {
      cwd: inPackage(),
      onLine: (line) => {
        appendFileSync(log, `${line}\n`);
        onLine(line);
      },
    });
    if (status !== 0) throw buildFailure(what, log);
  }
}

/** Shows now and then how far Ninja ("[3/40] ...") or Make ("[ 12%] ...") has come. */
function progressPrinter() {
  let shown = Date.now();
  return (/** @type {string} */ line) => {
    const progress = /^\[\s*(\d+\/\d+|\d+%)\]/.exec(line)?.[1];
    if (progress === undefined || Date.now() - shown < SHOW_EVERY_MS) return;
    shown = Date.now();
    say(`  built ${progress.replace("/", " of ")}`);
  };
}

/** @param {string} what @param {string} log */
function buildFailure(what, log) {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  // CMake and the compilers go on after the first error; that one is the telling one.
  const first = lines.findIndex((line) => /\berror\b[: ]|CMake Error|^FAILED:/i.test(line));
  const from = first < 0 ? Math.max(0, lines.length - LOG_LINES_SHOWN) : Math.max(0, first - 2);
  const shown = lines.slice(from, from + LOG_LINES_SHOWN);
  const compilerMissing = lines.some((line) =>
    /No CMAKE_CXX_COMPILER could be found|C\+\+ Compiler toolset is not available/.test(line),
  );
  return new SetupError(
    "ADDON_MISSING",
    `${what} could not be built; from the log (${log}):\n\n${shown.join("\n")}\n`,
    compilerMissing
      ? "install a C++20 compiler (Debian, Ubuntu: apt install g++; GCC 11 or newer), or set CXX"
      : `the whole log is in ${log}; a C++20 compiler is needed (GCC 11, Clang 14 or newer)`,
  );
}
