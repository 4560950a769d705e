import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { hostname, uptime } from "node:os";
import { describe, test } from "node:test";

import {
  mayRun,
  ownProcess,
  parseProcess,
  type ProcessAddress,
} from "../../../src/results/process-address.js";

const NOW = Date.now();
const BEFORE_THIS_START = NOW - uptime() * 1000 - 60_000;

/** A process of this machine that has ended. */
function ended(changed: Partial<ProcessAddress> = {}): ProcessAddress {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return { ...ownProcess(), pid, begun: null, ...changed };
}

describe("mayRun", () => {
  const own = ownProcess();

  test("this process runs; one of this machine that has ended does not", () => {
    assert.equal(mayRun(own, NOW), true);
    assert.equal(mayRun(ended(), NOW), false);
  });

  test("a number that another process has by now is no sign of life", {
    skip: own.begun === null,
  }, () => {
    assert.equal(mayRun({ ...own, begun: "1" }, NOW), false);
  });

  test("of another host nobody can tell, nor of another machine of the same name", () => {
    assert.equal(mayRun(ended({ host: "elsewhere" }), NOW), true);
    assert.equal(mayRun(ended({ boot: "other", machine: null }), BEFORE_THIS_START), true);
    // Where this machine has no number of its own the start tells them apart.
    assert.equal(
      mayRun(ended({ boot: "other", machine: "other" }), BEFORE_THIS_START),
      own.boot !== null || own.machine !== null,
    );
  });

  test("of another container nobody can tell", { skip: own.namespace === null }, () => {
    assert.equal(mayRun(ended({ namespace: "pid:[1]" }), NOW), true);
  });

  test("a machine that was started anew has ended it, unless it is known to have run since", {
    skip: own.boot === null || own.machine === null,
  }, () => {
    assert.equal(mayRun(ended({ boot: "other" }), BEFORE_THIS_START), false);
    assert.equal(mayRun(ended({ boot: "other" }), NOW), true);
    assert.equal(mayRun(ended({ boot: "other" }), Number.NaN), true);
  });

  test("where nothing tells but name and number, these decide", () => {
    const unknown = { machine: null, boot: null, namespace: null, begun: null };
    assert.equal(mayRun(ended(unknown), NOW), false);
    assert.equal(mayRun({ ...own, ...unknown }, NOW), true);
  });
});

test("parseProcess takes addresses of earlier versions, and nothing without number and host", () => {
  const address = { machine: null, boot: null, namespace: null, begun: null };
  const found = parseProcess({ pid: 1, host: hostname() });
  assert.deepEqual(found, { pid: 1, host: hostname(), ...address });
  assert.equal(parseProcess({ pid: 1 }), null);
  assert.equal(parseProcess({ host: hostname() }), null);
});
