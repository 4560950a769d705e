// The CMake folder of a checkout. The addon and the C++ tests are targets in it, so that the core
// is compiled once. cmake-js configures it: it knows where Node's headers are.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";

import {
  buildJobs,
  chooseGenerator,
  forgetForeignConfiguration,
  requireCmake,
  runBuild,
} from "./cmake.mjs";
import { inPackage } from "./paths.mjs";

const require = createRequire(import.meta.url);

// Not build/ itself: node-gyp has its Makefile there.
export const NATIVE_FOLDER = inPackage("build", "native");
/** Held while something is built in the folder. */
export const NATIVE_LOCK = `${NATIVE_FOLDER}.lock`;
/** Where the addon goes. */
export const ADDON_FOLDER = inPackage("build", "Release");

/**
 * Configures and builds one target; the caller holds the lock.
 * @param {string} what the thing that is built, for messages
 * @param {"spurious_native" | "spurious_native_tests"} target
 * @param {string} log
 * @param {import("./libtorch.mjs").Libtorch} libtorch
 */
export async function buildNativeTarget(what, target, log, libtorch) {
  await requireCmake(what);
  const generator = await chooseGenerator();
  forgetForeignConfiguration(NATIVE_FOLDER, libtorch.root, generator);
  const cmakeJs = require.resolve("cmake-js/bin/cmake-js");
  const { SPURIOUS_NATIVE_CUDA = "AUTO" } = process.env;
  // An installed package has no tests.
  const hasTests = existsSync(inPackage("native", "test"));
  const settings = [
    `--CDSPURIOUS_NATIVE_LIBTORCH=${libtorch.root}`,
    `--CDSPURIOUS_NATIVE_CUDA=${SPURIOUS_NATIVE_CUDA}`,
    `--CDSPURIOUS_NATIVE_ADDON_FOLDER=${ADDON_FOLDER}`,
    `--CDSPURIOUS_NATIVE_TESTS=${hasTests ? "ON" : "OFF"}`,
  ];
  const folder = ["--out", NATIVE_FOLDER];
  const jobs = ["--parallel", String(buildJobs())];
  await runBuild(what, log, [
    [process.execPath, [cmakeJs, "configure", ...folder, "-G", generator, ...settings]],
    [process.execPath, [cmakeJs, "build", ...folder, "--target", target, ...jobs]],
  ]);
}
