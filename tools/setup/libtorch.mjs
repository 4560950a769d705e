// Where libtorch is. Looked for in this order, as in cmake/FindLibtorch.cmake:
//   SPURIOUS_NATIVE_LIBTORCH, LIBTORCH   environment: a folder with include/ and lib/
//   the torch package of the active Python (looked up, not imported)
//   the user's cache
// and fetched into the cache when there is none.
//
//   node tools/setup/libtorch.mjs          find or fetch it, print its folder
//   node tools/setup/libtorch.mjs --json   what is found and how, fetching nothing
//   node tools/setup/libtorch.mjs --to DIR fetch one into a folder, print what it is as JSON

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { cachedLibtorch, fetchInto, fetchLibtorch, fetchRecord } from "./fetch-libtorch.mjs";
import { cacheFolder } from "./paths.mjs";
import { run } from "./process.mjs";
import { findPython } from "./python.mjs";
import { runMain, SetupError } from "./report.mjs";
import { readText } from "./stamp.mjs";

const OLDEST = [2, 11];
const NEWEST = [2, 14];
export const RANGE = `${OLDEST.join(".")} to ${NEWEST.join(".")}`;

/**
 * @typedef {object} Libtorch
 * @property {string} root folder with include/ and lib/
 * @property {string} how what named it
 * @property {string} version for example 2.13.0+cpu
 * @property {boolean} cuda whether it is a CUDA build
 *
 * @typedef {object} Place a place that was looked at and holds no usable libtorch
 * @property {string} how
 * @property {string | null} root
 * @property {string} reason
 */

/**
 * Looks at every place; fetches nothing.
 * @returns {Promise<{ found: Libtorch | null, passedOver: Place[] }>}
 */
export async function locateLibtorch() {
  /** @type {Place[]} */
  const passedOver = [];
  for (const name of ["SPURIOUS_NATIVE_LIBTORCH", "LIBTORCH"]) {
    const value = process.env[name];
    const how = `environment variable ${name}`;
    if (!value) {
      passedOver.push({ how, root: null, reason: "not set" });
      continue;
    }
    // What was named explicitly is used or refused, never passed over.
    const outcome = examine(resolve(value), how);
    if ("reason" in outcome) {
      throw new SetupError(
        "LIBTORCH_MISSING",
        `libtorch cannot be used: ${value} (${how}): ${outcome.reason}`,
        `set ${name} to a folder that holds include/ and lib/ of torch ${RANGE}, ` +
          "for example /path/to/site-packages/torch, or unset it",
      );
    }
    return { found: outcome, passedOver };
  }
  for (const place of [await pythonTorch(), cachedLibtorch()]) {
    const outcome = place.root === null ? place : examine(place.root, place.how);
    if (!("reason" in outcome)) return { found: outcome, passedOver };
    passedOver.push(outcome);
  }
  return { found: null, passedOver };
}

/**
 * The libtorch to build against; fetched when there is none.
 * @returns {Promise<Libtorch>}
 */
export async function ensureLibtorch() {
  const { found, passedOver } = await locateLibtorch();
  if (found) return found;
  const root = await fetchLibtorch(passedOver);
  const outcome = examine(root, "user cache");
  if ("reason" in outcome) throw broken(root, outcome.reason);
  return outcome;
}

/** What tells one libtorch from another, for stamps. @param {Libtorch} libtorch */
export function identity({ root, version, cuda }) {
  const { size, mtimeMs } = statSync(join(root, "lib", sharedLibrary("torch_cpu")));
  return { root, version, cuda, size, mtimeMs };
}

/** @returns {Promise<Place>} */
async function pythonTorch() {
  const python = await findPython();
  if (python === null)
    return { how: "active Python", root: null, reason: "python3 is not on PATH" };
  const how = `torch package of ${python}`;
  const program =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
  const { stdout } = await run(python, ["-c", program]);
  return { how, root: stdout.trim() || null, reason: "it has no torch package" };
}

/**
 * @param {string} root
 * @param {string} how
 * @returns {Libtorch | Place}
 */
function examine(root, how) {
  const needed = [join("include", "torch", "script.h")];
  for (const name of ["torch", "torch_cpu", "c10"]) needed.push(join("lib", sharedLibrary(name)));
  for (const file of needed) {
    if (!existsSync(join(root, file))) {
      return { how, root, reason: `expected the file ${file}, found none` };
    }
  }
  const version = readVersion(root);
  if (version === null) {
    return {
      how,
      root,
      reason: "expected its version in include/torch/headeronly/version.h, found none",
    };
  }
  const [major, minor] = version.split(".").map(Number);
  const number = Number(major) * 1000 + Number(minor);
  const inRange = number >= code(OLDEST) && number <= code(NEWEST);
  if (!inRange) return { how, root, reason: `expected torch ${RANGE}, got ${version}` };
  return { root, how, version, cuda: existsSync(join(root, "lib", sharedLibrary("torch_cuda"))) };
}

/** @param {number[]} version */
const code = ([major, minor]) => Number(major) * 1000 + Number(minor);

/** @param {string} name */
function sharedLibrary(name) {
  return `lib${name}.${process.platform === "darwin" ? "dylib" : "so"}`;
}

/** @param {string} root */
function readVersion(root) {
  const python = /^__version__ = '([^']+)'/m.exec(readText(join(root, "version.py")) ?? "");
  if (python?.[1]) return python[1];
  for (const file of ["torch/headeronly/version.h", "torch/csrc/api/include/torch/version.h"]) {
    const text = readText(join(root, "include", file)) ?? "";
    const parts = ["MAJOR", "MINOR", "PATCH"].map(
      (part) => new RegExp(`^#define TORCH_VERSION_${part} +(\\d+)`, "m").exec(text)?.[1],
    );
    if (parts.every((part) => part !== undefined)) return parts.join(".");
  }
  return null;
}

/**
 * Fetches one into a folder of the user's, wherever else one is found.
 * @param {string} folder
 */
async function fetchTo(folder) {
  const outcome = examine(await fetchInto(folder), "fetched");
  if ("reason" in outcome) throw broken(outcome.root ?? folder, outcome.reason);
  return { folder, ...outcome, ...fetchRecord(folder), version: outcome.version };
}

/** @param {string} root @param {string} reason */
function broken(root, reason) {
  return new SetupError(
    "LIBTORCH_MISSING",
    `the fetched libtorch is broken: ${root}: ${reason}`,
    "delete the folder and fetch it again",
  );
}

async function main() {
  const [flag, folder] = process.argv.slice(2);
  if (flag === "--to" && folder !== undefined) {
    process.stdout.write(`${JSON.stringify(await fetchTo(resolve(folder)))}\n`);
    return;
  }
  if (!process.argv.includes("--json")) {
    process.stdout.write(`${(await ensureLibtorch()).root}\n`);
    return;
  }
  const report = { range: RANGE, cache: cacheFolder(), ...(await locateLibtorch()) };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

await runMain(import.meta.url, main);
