// The C++ tests: builds them beside the addon, then runs ctest.

import { ensureLibtorch } from "./libtorch.mjs";
import { withLock } from "./lock.mjs";
import { buildNativeTarget, NATIVE_FOLDER, NATIVE_LOCK } from "./native-build.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { say } from "./report.mjs";

const LOG = inPackage("build", "core-tests.log");

/** Builds the tests; CMake itself sees what has changed. */
export async function buildCoreTests() {
  const libtorch = await ensureLibtorch();
  say("building the C++ core and its tests (log: build/core-tests.log)");
  const build = () => buildNativeTarget("the C++ tests", "spurious_native_tests", LOG, libtorch);
  await withLock(NATIVE_LOCK, build);
}

/**
 * @param {string} [filter] a regular expression of ctest names
 * @param {string} [folder] the build folder
 * @returns {Promise<{ ok: boolean, passed: number, total: number }>}
 */
export async function runCoreTests(filter, folder = NATIVE_FOLDER) {
  const args = ["--test-dir", folder, "--output-on-failure", "--no-tests=error"];
  if (filter) args.push("--tests-regex", filter);
  const { status, output } = await run("ctest", args, { show: true });
  const closing = /(\d+) tests failed out of (\d+)/.exec(output);
  const total = Number(closing?.[2] ?? 0);
  return { ok: status === 0, passed: total - Number(closing?.[1] ?? 0), total };
}
