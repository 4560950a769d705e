import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { secondsOfMachine, secondsOfProcess } from "../../../src/bench/proc.js";

describe("processor time from the system's tables", () => {
  test("a process counts with its ended children, whatever its name holds", () => {
    const text =
      "1234 (a (b) c) S 1 1234 1234 0 -1 4194304 500 900 0 0 150 50 30 20 20 0 8 0 77 1000000 2000";
    assert.equal(secondsOfProcess(text), 2.5);
  });

  test("a machine counts everything but idleness, stolen time included", () => {
    const text = "cpu  1000 100 500 99999 777 30 20 50 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
    assert.equal(secondsOfMachine(text), 17);
  });
});
