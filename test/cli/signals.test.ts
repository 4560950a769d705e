import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { runCli, startCli } from "../helpers/cli.js";
import { JOURNAL, journalLines, namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { fileTree } from "../helpers/file-tree.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { waitFor } from "../helpers/wait.js";

const MANY = { val: 35, spurious: 35 };

describe("a signal in the middle of a run", () => {
  for (const [name, expected] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    test(`${name}: status ${expected}, nothing half-written, and --resume goes on`, async (t) => {
      const { root, evalArgs } = smallBenchmark(t, MANY);
      const out = join(root, "out");
      const args = [...evalArgs, "--batch", "1", "--out", out];
      const { child, ended } = startCli([...args, "--json"]);
      await waitFor("work done", () => journalLines(out) > 5);
      child.kill(name);
      const { status, signal, stdout, stderr } = await ended;
      assert.deepEqual([status, signal], [expected, null]);
      assert.match(stderr, new RegExp(`^${name}: stopping after the current batch$`, "m"));
      assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "CANCELLED");

      assert.deepEqual(namesIn(out), [JOURNAL]);
      const lines = readFileSync(join(out, JOURNAL), "utf8").split("\n");
      assert.equal(lines.pop(), "");
      assert.ok(lines.length < 210);
      for (const line of lines) assert.doesNotThrow(() => JSON.parse(line) as unknown);

      const resumed = await runCli([...args, "--resume"]);
      assert.equal(resumed.status, 0, resumed.stderr);
      assert.deepEqual(namesIn(out), RESULT_FILES);
    });
  }

  test("before any work is done: the same status, and no folder is left", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, MANY);
    const out = join(root, "out");
    const { child, ended } = startCli([...evalArgs, "--out", out]);
    await waitFor("the folder", () => namesIn(root).includes("out"));
    child.kill("SIGTERM");
    const { status, signal } = await ended;
    // Met while the program still loads, the signal itself ends it.
    assert.ok(status === 143 || signal === "SIGTERM", `status ${status}, signal ${signal}`);
    assert.ok(namesIn(out).every((name) => name === JOURNAL));
  });

  test("a command that does not watch for signals is ended by them", async (t) => {
    const rows = Array.from({ length: 4000 }, (_, i) => {
      const split = i % 2 === 0 ? "val" : "spurious";
      return `${split}/${String(i)}.jpg,${split},94,${String((i % 997) / 997)}`;
    });
    const csv = `path,split,class,p\n${rows.join("\n")}\n`;
    const table = join(fileTree(t, { "images.csv": csv }), "images.csv");
    const { child, ended } = startCli(["score", table, "--bootstrap", "1000000"]);
    // In the middle of the bootstrap: minutes of arithmetic without a pause.
    setTimeout(() => child.kill("SIGTERM"), 4000);
    const { signal, stdout } = await ended;
    assert.equal(signal, "SIGTERM");
    assert.equal(stdout, "");
  });
});
