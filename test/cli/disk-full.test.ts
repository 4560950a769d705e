import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test, type TestContext } from "node:test";

import { runCli } from "../helpers/cli.js";
import { JOURNAL, journalLines, namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";

/** A file system of `kilobytes` in memory, or why there can be none. */
function smallDisk(t: TestContext, kilobytes: number): { path: string } | { reason: string } {
  const path = mkdtempSync(join(tmpdir(), "spurious-native-disk-"));
  const options = ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path];
  const { status, stderr, error } = spawnSync("mount", options, { encoding: "utf8" });
  t.after(() => {
    if (status === 0) spawnSync("umount", [path]);
    rmdirSync(path);
  });
  if (status !== 0) return { reason: `mount is refused: ${error?.message ?? stderr.trim()}` };
  return { path };
}

function enlarge(path: string): void {
  const { status } = spawnSync("mount", ["-o", "remount,size=64m", path]);
  assert.equal(status, 0);
}

describe("a full disk", () => {
  for (const [what, kilobytes, kept] of [
    ["while results are written: none of them is left, all work done is", 40, true],
    ["while work is written down: what is on disk is whole", 8, false],
  ] as const) {
    test(what, async (t) => {
      const disk = smallDisk(t, kilobytes);
      if ("reason" in disk) return t.skip(disk.reason);
      const { evalArgs } = smallBenchmark(t, { val: 10, spurious: 10 });
      const out = join(disk.path, "out");
      const args = [...evalArgs, "--batch", "4", "--out", out];
      const { status, stdout, stderr } = await runCli([...args, "--json"]);
      assert.equal(status, 3, stderr);
      assert.match(
        stderr,
        /^error\[OUTPUT_WRITE_FAILED\]: writing results: .*no space left on the device$/m,
      );
      assert.match(stderr, /^hint: free space/m);
      const { error } = JSON.parse(stdout) as { error: { code: string } };
      assert.equal(error.code, "OUTPUT_WRITE_FAILED");
      assert.deepEqual(namesIn(out), [JOURNAL]);
      assert.equal(journalLines(out) === 61, kept);

      enlarge(disk.path);
      const resumed = await runCli([...args, "--resume"]);
      assert.equal(resumed.status, 0, resumed.stderr);
      assert.deepEqual(namesIn(out), RESULT_FILES);
      assert.equal(readFileSync(join(out, "images.csv"), "utf8").split("\n").length, 62);
    });
  }

  test("while a result is replaced: the old one is whole", async (t) => {
    const disk = smallDisk(t, 700);
    if ("reason" in disk) return t.skip(disk.reason);
    const { evalArgs } = smallBenchmark(t, { val: 10, spurious: 10 });
    const out = join(disk.path, "out");
    const first = await runCli([...evalArgs, "--out", out]);
    assert.equal(first.status, 0, first.stderr);
    const before = RESULT_FILES.map((name) => readFileSync(join(out, name)));
    const filler = spawnSync("dd", ["if=/dev/zero", `of=${join(disk.path, "filler")}`, "bs=1k"]);
    assert.notEqual(filler.status, 0);
    const second = await runCli([...evalArgs, "--out", out, "--force"]);
    assert.equal(second.status, 3, second.stderr);
    assert.deepEqual(
      RESULT_FILES.map((name) => readFileSync(join(out, name))),
      before,
    );
    assert.deepEqual(
      namesIn(out).filter((name) => name !== JOURNAL),
      RESULT_FILES,
    );
  });
});

describe("a limit on the size of files", () => {
  test("is a clear error too, and leaves nothing half-written", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, { val: 10, spurious: 10 });
    const out = join(root, "out");
    // In blocks of 1024 bytes: enough for the journal, too little for the report.
    const before = ["bash", "-c", 'ulimit -f 100; exec "$@"', "--"];
    const { status, stderr } = await runCli([...evalArgs, "--out", out], { before });
    assert.equal(status, 3, stderr);
    assert.match(stderr, /^error\[OUTPUT_WRITE_FAILED\]: .*file/m);
    assert.deepEqual(namesIn(out), [JOURNAL]);
  });

  test("a folder that may not be written is an error before any work is done", async (t) => {
    if (process.getuid?.() === 0) return t.skip("root may write everywhere");
    const { root, evalArgs } = smallBenchmark(t);
    const closed = join(root, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const { status, stderr } = await runCli([...evalArgs, "--out", join(closed, "out")]);
    assert.equal(status, 3);
    assert.match(stderr, /^error\[OUTPUT_WRITE_FAILED\]: .*no permission/m);
    assert.doesNotMatch(stderr, /evaluating/);
  });

  test("when the result goes to it: OUTPUT_WRITE_FAILED, status 3", () => {
    const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", program, "doctor", "--json"],
      { stdio: ["ignore", full, "pipe"], encoding: "utf8" },
    );
    closeSync(full);
    assert.equal(status, 3);
    assert.match(stderr, /^error\[OUTPUT_WRITE_FAILED\]: writing to stdout: ENOSPC/m);
  });
});
