// dist/ from src/, unless it was made from the very same sources.
//
//   node tools/setup/typescript.mjs

import { existsSync, rmSync } from "node:fs";

import { withLock } from "./lock.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { runMain, say, SetupError } from "./report.mjs";
import { hashInputs, isStamped, listFiles, writeStamp } from "./stamp.mjs";

const COMPILER = inPackage("node_modules", "typescript", "lib", "tsc.js");
const STAMP = inPackage("build", "typescript.stamp");

/** Compiles src/ into dist/ when that is stale. @returns {Promise<boolean>} whether it did */
export async function ensureCompiled() {
  if (isFresh()) return false;
  return withLock(inPackage("build", "typescript.lock"), async () => {
    if (isFresh()) return false;
    const stamp = currentStamp();
    say("compiling TypeScript");
    rmSync(inPackage("dist"), { recursive: true, force: true });
    const args = [COMPILER, "-p", inPackage("tsconfig.build.json")];
    const { status, output } = await run(process.execPath, args, { cwd: inPackage() });
    if (status !== 0)
      throw new SetupError("SETUP_FAILED", `src/ does not compile:\n${output.trimEnd()}`);
    writeStamp(STAMP, stamp);
    return true;
  });
}

function isFresh() {
  return existsSync(inPackage("dist", "main.js")) && isStamped(STAMP, currentStamp());
}

function currentStamp() {
  const configuration = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const files = [...configuration.map((name) => inPackage(name)), ...listFiles(inPackage("src"))];
  return hashInputs(inPackage(), files, process.version);
}

await runMain(import.meta.url, async () => {
  const { npm_lifecycle_event: event, SPURIOUS_NATIVE_SKIP_BUILD } = process.env;
  if (event === "prepare" && SPURIOUS_NATIVE_SKIP_BUILD === "1") return;
  if (!existsSync(COMPILER)) {
    // npm runs this in a checkout that was installed without development packages, too.
    say("TypeScript is not installed: dist/ is left as it is");
    return;
  }
  await ensureCompiled();
});
