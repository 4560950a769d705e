// Helpers for tests of tools/setup: its scripts are run as a user runs them, in an environment that
// holds nothing but what a test puts there.

import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const SCRIPTS = join(ROOT, "tools", "setup");

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that goes away with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "spurious-setup-"));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function writeFile(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** A folder for PATH with Node, a shell and the named programs, and no Python, CMake or compiler. */
export function programs(folder: string, scripts: Record<string, string> = {}): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, "node"));
  for (const [name, script] of Object.entries(scripts)) writeFile(join(bin, name), script, 0o755);
  return bin;
}

/** Runs Node on a script, with this environment alone. */
export function runNode(args: string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ status, stdout, stderr });
    });
  });
}

/** Runs one of the scripts of tools/setup. */
export function runScript(
  name: string,
  args: string[],
  env: Record<string, string>,
): Promise<Outcome> {
  return runNode([join(SCRIPTS, name), ...args], env);
}

/** A folder that looks like a torch of that version to whoever does not link with it. */
export function fakeTorch(folder: string, version: string): string {
  const suffix = process.platform === "darwin" ? "dylib" : "so";
  const [major = "", minor = "", patch = ""] = version.split(/[.+]/);
  writeFile(join(folder, "version.py"), `__version__ = '${version}'\n`);
  writeFile(join(folder, "include/torch/script.h"), "");
  writeFile(
    join(folder, "include/torch/headeronly/version.h"),
    `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n` +
      `#define TORCH_VERSION_PATCH ${patch}\n`,
  );
  for (const name of ["torch", "torch_cpu", "c10"]) {
    writeFile(join(folder, `lib/lib${name}.${suffix}`), "");
  }
  return folder;
}

/** A python3 whose torch package is `root` ("" for none) and that has no pip. */
export function fakePython(root: string): string {
  return `#!/bin/sh
case "$*" in
  *version_info*) echo 3 ;;
  *find_spec*) echo "${root}" ;;
  *) exit 1 ;;
esac
`;
}
