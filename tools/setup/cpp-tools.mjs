// clang-format and clang-tidy in one fixed version each (another version formats differently),
// fetched once by pip into the user's cache.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "./lock.mjs";
import { cacheFolder } from "./paths.mjs";
import { run } from "./process.mjs";
import { requirePip } from "./python.mjs";
import { say, SetupError } from "./report.mjs";

const VERSIONS = { "clang-format": "23.1.4", "clang-tidy": "23.1.4" };
const WITHOUT = "run the other checks with `npm test -- --only node`";

/** @typedef {keyof typeof VERSIONS} CppTool */

/**
 * The path of a tool's program, fetched when it is not in the cache.
 * @param {CppTool} tool
 */
export async function cppTool(tool) {
  const name = `${tool}-${VERSIONS[tool]}-${process.platform}-${process.arch}`;
  const parent = join(cacheFolder(), "cpp-tools");
  const folder = join(parent, name);
  const program = join(folder, tool.replace("-", "_"), "data", "bin", tool);
  if (existsSync(program)) return program;
  await withLock(join(parent, "fetch.lock"), async () => {
    if (!existsSync(program)) await fetchTool(tool, folder);
  });
  return program;
}

/** @param {CppTool} tool @param {string} folder */
async function fetchTool(tool, folder) {
  const python = await requirePip("SETUP_FAILED", `${tool} cannot be fetched`, WITHOUT);
  const requirement = `${tool}==${VERSIONS[tool]}`;
  say(`fetching ${requirement} once (a few dozen MB)`);
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"];
  const { status, output } = await run(python, [...args, "--target", temporary, requirement]);
  if (status !== 0) {
    throw new SetupError(
      "SETUP_FAILED",
      `${requirement} cannot be fetched:\n${output.trimEnd()}`,
      WITHOUT,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
}
