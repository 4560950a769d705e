import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the checkout and waits for it; never rejects for a program that is missing. */
export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) => resolve({ status: null, stdout, stderr: error.message }));
    child.on("close", (status, signal) =>
      resolve({ status, stdout, stderr: signal === null ? stderr : `${stderr}\n${signal}` }),
    );
  });
}

const PROBE = `
import sys; sys.path.insert(0, "tools")
try:
    import torch
    from optional_packages import import_timm
    print(torch.__version__, import_timm().__version__)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
`;

/** The Python that exports models, or why there is none. */
export async function exportPython(): Promise<{ python: string } | { reason: string }> {
  const named = process.env.SPURIOUS_NATIVE_TEST_PYTHON ?? "";
  const python = named === "" ? "python3" : named;
  const { status, stderr } = await run(python, ["-c", PROBE]);
  if (status === 0) return { python };
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return {
    reason:
      `${python} cannot export models (${last}); install tools/requirements-export.txt and name ` +
      "the Python in SPURIOUS_NATIVE_TEST_PYTHON",
  };
}
