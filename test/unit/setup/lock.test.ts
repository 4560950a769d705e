import assert from "node:assert/strict";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { runNode, SCRIPTS, temporaryFolder } from "./set-up.js";

/** Enters the lock, appends "in", waits, appends "out". */
const PROGRAM = `
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from ${JSON.stringify(pathToFileURL(join(SCRIPTS, "lock.mjs")).href)};
const [, lock, log] = process.argv;
await withLock(lock, async () => {
  appendFileSync(log, "in\\n");
  await sleep(60);
  appendFileSync(log, "out\\n");
}, { onWait: (holder) => console.error("waits for " + holder) });
`;

function contend(lock: string, log: string) {
  return runNode(["--input-type=module", "-e", PROGRAM, lock, log], {});
}

test("processes hold the lock one after another", async (t) => {
  const folder = temporaryFolder(t);
  const [lock, log] = [join(folder, "lock"), join(folder, "log")];
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => contend(lock, log)));
  for (const { status, stderr } of outcomes) assert.equal(status, 0, stderr);
  assert.equal(readFileSync(log, "utf8"), "in\nout\n".repeat(6));
  assert.ok(!existsSync(lock), "the last holder left its lock");
});

test("the lock of a dead process on this machine is replaced by one of those who wait", async (t) => {
  const folder = temporaryFolder(t);
  const [lock, log] = [join(folder, "lock"), join(folder, "log")];
  writeFileSync(lock, JSON.stringify({ pid: 99999999, host: hostname() }));
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => contend(lock, log)));
  for (const { status, stderr } of outcomes) assert.equal(status, 0, stderr);
  assert.equal(readFileSync(log, "utf8"), "in\nout\n".repeat(6));
});

test("another machine's lock holds while it is renewed and is replaced when it is not", async (t) => {
  const folder = temporaryFolder(t);
  const [lock, log] = [join(folder, "lock"), join(folder, "log")];
  writeFileSync(lock, JSON.stringify({ pid: 1, host: "another-machine" }));
  const waiting = contend(lock, log);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.ok(!existsSync(log), "went in although the lock was held");
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(lock, longAgo, longAgo);
  const { status, stderr } = await waiting;
  assert.equal(status, 0, stderr);
  assert.match(stderr, /waits for process 1 on another-machine/);
  assert.equal(readFileSync(log, "utf8"), "in\nout\n");
});

test("a holder that a signal ends gives the lock back", async (t) => {
  const folder = temporaryFolder(t);
  const [lock, log] = [join(folder, "lock"), join(folder, "log")];
  const program = PROGRAM.replace(
    "sleep(60)",
    `(process.kill(process.pid, "SIGTERM"), sleep(5000))`,
  );
  const { status } = await runNode(["--input-type=module", "-e", program, lock, log], {});
  assert.equal(status, 143);
  assert.equal(readFileSync(log, "utf8"), "in\n");
  assert.ok(!existsSync(lock));
});
