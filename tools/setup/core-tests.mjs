// The C++ tests: configures and builds the core without Node in build/core, then runs ctest.

import { buildWithCmake } from "./cmake.mjs";
import { ensureLibtorch } from "./libtorch.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { say } from "./report.mjs";

const BUILD = inPackage("build", "core");

/** Builds the tests; CMake itself sees what has changed. */
export async function buildCoreTests() {
  const { root } = await ensureLibtorch();
  say("building the C++ core and its tests (log: build/core.log)");
  await buildWithCmake("the C++ tests", BUILD, root, ["SPURIOUS_NATIVE_TESTS=ON"]);
}

/**
 * @param {string} [filter] a regular expression of ctest names
 * @param {string} [folder] the build folder
 * @returns {Promise<{ ok: boolean, passed: number, total: number }>}
 */
export async function runCoreTests(filter, folder = BUILD) {
  const args = ["--test-dir", folder, "--output-on-failure", "--no-tests=error"];
  if (filter) args.push("--tests-regex", filter);
  const { status, output } = await run("ctest", args, { show: true });
  const closing = /(\d+) tests failed out of (\d+)/.exec(output);
  const total = Number(closing?.[2] ?? 0);
  return { ok: status === 0, passed: total - Number(closing?.[1] ?? 0), total };
}
