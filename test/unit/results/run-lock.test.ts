import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { RunLock } from "../../../src/results/run-lock.js";
import { fileTree } from "../../helpers/file-tree.js";

function lockPath(t: TestContext): string {
  return join(fileTree(t, []), ".lock");
}

/** The number of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

describe("RunLock", () => {
  test("names process and host, and is gone when given free", async (t) => {
    const path = lockPath(t);
    {
      await using lock = await RunLock.take(path, "place");
      assert.ok(lock);
      const { pid, host } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      assert.deepEqual([pid, host], [process.pid, hostname()]);
    }
    assert.ok(!existsSync(path));
  });

  test("held by a process that runs, it is refused by number and host", async (t) => {
    const path = lockPath(t);
    await using lock = await RunLock.take(path, "place");
    assert.ok(lock);
    await assert.rejects(RunLock.take(path, "place"), {
      code: "OUTPUT_EXISTS",
      message: new RegExp(`place: .*got process ${process.pid} on ${hostname()}, since 2`),
      hint: /delete .*\.lock/,
    });
  });

  test("of a process of this host that has ended, or whose number another has, it is taken over", async (t) => {
    const path = lockPath(t);
    const since = new Date().toISOString();
    for (const left of [
      { pid: endedProcess(), host: hostname(), begun: null, since },
      ...(existsSync("/proc/self/stat")
        ? [{ pid: process.pid, host: hostname(), begun: "1", since }]
        : []),
    ]) {
      writeFileSync(path, JSON.stringify(left));
      await using lock = await RunLock.take(path, "place");
      assert.ok(lock);
      assert.match(readFileSync(path, "utf8"), new RegExp(`"pid":${process.pid},`));
    }
    assert.deepEqual(readdirSync(join(path, "..")), []);
  });

  test("of another host, or another container of this one, nobody can tell: refused", async (t) => {
    const path = lockPath(t);
    for (const where of [
      { host: "elsewhere" },
      ...(existsSync("/proc/self/ns/pid") ? [{ host: hostname(), namespace: "pid:[1]" }] : []),
    ]) {
      const left = { pid: endedProcess(), begun: null, since: "then", ...where };
      writeFileSync(path, JSON.stringify(left));
      await assert.rejects(RunLock.take(path, "place"), { code: "OUTPUT_EXISTS" });
      assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), left);
    }
  });

  test("one that never got its content is taken over", async (t) => {
    const path = lockPath(t);
    for (const text of ["", "{", "{}"]) {
      writeFileSync(path, text);
      await using lock = await RunLock.take(path, "place");
      assert.ok(lock);
    }
  });

  test("of many that find one left behind, one takes it", async (t) => {
    const path = lockPath(t);
    writeFileSync(path, JSON.stringify({ pid: endedProcess(), host: hostname(), since: "then" }));
    const takers = Array.from({ length: 8 }, () => RunLock.take(path, "place"));
    const outcomes = await Promise.allSettled(takers);
    const taken = outcomes.filter(({ status }) => status === "fulfilled");
    assert.equal(taken.length, 1);
    assert.deepEqual(readdirSync(join(path, "..")), [".lock"]);
  });

  test("where nothing can be written is an error", async (t) => {
    const path = join(fileTree(t, []), "no/such/folder/.lock");
    await assert.rejects(RunLock.take(path, "place"), { code: "OUTPUT_WRITE_FAILED" });
  });
});
