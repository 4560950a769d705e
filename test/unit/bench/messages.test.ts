import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { parseMessage } from "../../../src/bench/messages.js";

describe("messages of a contestant's process", () => {
  test("reads each kind", () => {
    const run = { run: { items: 128, seconds: 2.5 } };
    assert.deepEqual(parseMessage(JSON.stringify(run)), run);
    const missing = { missing: { reason: "no torch", install: "pip install torch" } };
    assert.deepEqual(parseMessage(JSON.stringify(missing)), missing);
  });

  test("passes over what libraries print", () => {
    for (const line of ["", "loading ...", "{broken", '{"level":"info"}', "[1]"]) {
      assert.equal(parseMessage(line), null, line);
    }
  });
});
