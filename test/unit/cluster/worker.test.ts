import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SpuriousError } from "../../../src/errors.js";
import { workerError } from "../../../src/cluster/worker.js";

describe("the error of a worker", () => {
  test("is its own where it said one, with its name", () => {
    const own = new SpuriousError("OUT_OF_MEMORY", "full", { hint: "less", input: "cuda:0" });
    const stdout = JSON.stringify({ error: own });
    const error = workerError("worker 2 of 4", { status: 3, signal: null, stdout, stderr: "" });
    assert.deepEqual(error.toJSON(), {
      ...own.toJSON(),
      message: "worker 2 of 4: full",
    });
  });

  test("says how it ended where it said nothing: WORKER_FAILED", () => {
    for (const [status, signal, said] of [
      [null, "SIGKILL", "got SIGKILL: Killed"],
      [134, null, "got status 134: Killed"],
    ] as const) {
      const error = workerError("worker 1 of 2", {
        status,
        signal,
        stdout: "x",
        stderr: "a\nKilled\n",
      });
      assert.equal(error.code, "WORKER_FAILED");
      assert.ok(error.message.endsWith(said), error.message);
    }
  });
});
