// Builds the native addon with cmake-js into build/, unless what is there was made from the very
// same sources, libtorch and headers.

import { existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { buildJobs } from "./cmake.mjs";
import { ensureLibtorch, identity } from "./libtorch.mjs";
import { withLock } from "./lock.mjs";
import { ADDON_FOLDER, buildNativeTarget, NATIVE_FOLDER, NATIVE_LOCK } from "./native-build.mjs";
import { inPackage } from "./paths.mjs";
import { say } from "./report.mjs";
import { hashInputs, isStamped, listFiles, writeStamp } from "./stamp.mjs";

const require = createRequire(import.meta.url);
const ADDON = join(ADDON_FOLDER, "spurious_native.node");
const STAMP = join(ADDON_FOLDER, "stamp");
const LOG = inPackage("build", "addon.log");
const BUILD_PACKAGES = ["cmake-js", "node-addon-api", "node-api-headers"];

/**
 * Makes sure that the addon is there and up to date; several processes may ask at once.
 * @param {{ force?: boolean }} [options] force: build even if it is up to date
 * @returns {Promise<{ built: boolean, libtorch: import("./libtorch.mjs").Libtorch }>}
 */
export async function ensureAddon({ force = false } = {}) {
  const libtorch = await ensureLibtorch();
  if (!force && isFresh(libtorch)) return { built: false, libtorch };
  const onWait = (/** @type {string} */ holder) =>
    say(`waiting for ${holder}, which builds the addon`);
  return withLock(
    NATIVE_LOCK,
    async () => {
      if (!force && isFresh(libtorch)) return { built: false, libtorch };
      await build(libtorch);
      return { built: true, libtorch };
    },
    { onWait },
  );
}

/** @param {import("./libtorch.mjs").Libtorch} libtorch */
function isFresh(libtorch) {
  return existsSync(ADDON) && isStamped(STAMP, stampOf(libtorch));
}

/** @param {import("./libtorch.mjs").Libtorch} libtorch */
function stampOf(libtorch) {
  const inputs = [
    inPackage("CMakeLists.txt"),
    ...listFiles(inPackage("cmake")),
    ...listFiles(
      inPackage("native"),
      (path) => !/[/\\]native[/\\](test|tools|third_party)[/\\]/.test(path),
    ),
  ];
  const own = require(inPackage("package.json")).version;
  const packages = [own, ...BUILD_PACKAGES.map((name) => require(`${name}/package.json`).version)];
  const { SPURIOUS_NATIVE_CUDA = "AUTO", CXX = "" } = process.env;
  const rest = { libtorch: identity(libtorch), packages, SPURIOUS_NATIVE_CUDA, CXX };
  return hashInputs(inPackage(), inputs, {
    ...rest,
    platform: process.platform,
    arch: process.arch,
  });
}

/** @param {import("./libtorch.mjs").Libtorch} libtorch */
async function build(libtorch) {
  const jobs = buildJobs();
  const kind = libtorch.cuda ? "CUDA" : "CPU";
  say(`building the native addon with libtorch ${libtorch.version} (${kind}, ${libtorch.how})`);
  say(
    `  a few minutes the first time, with ${jobs} ${jobs === 1 ? "job" : "jobs"}; log: build/addon.log`,
  );
  const started = Date.now();
  // Taken before the build: sources that change while it runs make the result stale.
  const stamp = stampOf(libtorch);
  await buildNativeTarget("the native addon", "spurious_native", LOG, libtorch);
  writeStamp(STAMP, stamp);
  // Nobody edits an installed package: its precompiled header and object files are of no more use.
  if (!existsSync(inPackage("src"))) rmSync(NATIVE_FOLDER, { recursive: true, force: true });
  say(`the native addon is built (${Math.round((Date.now() - started) / 1000)} s)`);
}
