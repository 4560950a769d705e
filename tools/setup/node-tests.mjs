// The Node tests. Files are listed one by one: on Node 20 `node --test test` would also run helpers
// and fixtures, and takes no patterns.

import { availableParallelism } from "node:os";
import { relative } from "node:path";

import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { listFiles } from "./stamp.mjs";

const TIMEOUT_MS = 600_000;
/** Threads of libtorch that wait leave the processors to those of the test beside: half the time. */
const QUIET_THREADS = { OMP_WAIT_POLICY: "passive" };

/**
 * @param {string} [filter] a part of the files' paths
 * @returns {Promise<{ ok: boolean, passed: number, failed: number, skipped: number }>}
 */
export async function runNodeTests(filter = "") {
  const files = listFiles(inPackage("test"), (path) => path.endsWith(".test.ts"))
    .map((path) => relative(inPackage(), path))
    .filter((path) => path.includes(filter));
  if (files.length === 0) {
    process.stderr.write(`no test file's path contains "${filter}"\n`);
    return { ok: false, passed: 0, failed: 0, skipped: 0 };
  }
  // Several of them load libtorch, which uses all processors by itself; others mostly wait.
  const concurrency = Math.max(2, Math.floor(availableParallelism() / 2));
  const args = ["--import", "tsx", "--test", "--test-reporter=spec"];
  args.push(`--test-timeout=${TIMEOUT_MS}`, `--test-concurrency=${concurrency}`, ...files);
  const options = { cwd: inPackage(), env: QUIET_THREADS, show: true };
  const { status, output } = await run(process.execPath, args, options);
  /** @param {string} name */
  const count = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  const [passed, failed, skipped] = [
    count("pass"),
    count("fail") + count("cancelled"),
    count("skipped"),
  ];
  return { ok: status === 0 && passed > 0, passed, failed, skipped };
}
