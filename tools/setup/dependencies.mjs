// node_modules as package-lock.json wants it.

import { existsSync } from "node:fs";

import { withLock } from "./lock.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { say, SetupError } from "./report.mjs";
import { readText } from "./stamp.mjs";

/** @typedef {Record<string, { version?: string, optional?: boolean }>} LockedPackages */

/** Runs `npm ci` unless every locked package is installed in its locked version. */
export async function ensureDependencies() {
  if (areInstalled()) return;
  const onWait = (/** @type {string} */ holder) =>
    say(`waiting for ${holder}, which installs packages`);
  await withLock(
    inPackage("build", "dependencies.lock"),
    async () => {
      if (!areInstalled()) await install();
    },
    { onWait },
  );
}

/**
 * npm writes what it has installed beside the packages, in the form of package-lock.json.
 * Optional packages (other platforms' binaries) may be absent.
 */
function areInstalled() {
  const wanted = readPackages(inPackage("package-lock.json"));
  const installed = readPackages(inPackage("node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      (installed[path] === undefined && optional === true) ||
      (installed[path]?.version === version && existsSync(inPackage(path))),
  );
}

/** @param {string} file @returns {LockedPackages} */
function readPackages(file) {
  const text = readText(file);
  return text === null ? {} : JSON.parse(text).packages;
}

async function install() {
  say("installing npm packages (npm ci)");
  // The addon is built by the set-up itself, where its progress is seen.
  const env = { SPURIOUS_NATIVE_SKIP_BUILD: "1" };
  const { status, output } = await run("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: inPackage(),
    env,
  });
  if (status !== 0) {
    // npm's own manual page follows the reason.
    const reason = output.split("Usage:")[0]?.trimEnd() ?? "";
    throw new SetupError(
      "SETUP_FAILED",
      `npm packages could not be installed: npm ci ended with status ${status}:\n${reason}`,
      "check the network and npm's registry setting, then run the command again",
    );
  }
}
