import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { progressIn, tellingLine } from "../../../../src/cluster/slurm/task-log.js";

const LIMIT = "error: *** JOB 9 ON n1 CANCELLED AT 2026-11-27T07:58:38 DUE TO TIME LIMIT ***";
const STOPPED = "error[CANCELLED]: the work was stopped between two batches";

describe("the line of a log that says why a task has ended", () => {
  for (const [what, lines, expected] of [
    ["the program's own error", ["error[MODEL_INVALID]: no model", "slurmstepd: gone"], 0],
    ["Slurm's word where the program was only stopped", [`slurmstepd: ${LIMIT}`, STOPPED], 0],
    ["that of a daemon that has a name", [`slurmstepd-n1: ${LIMIT}`, STOPPED], 0],
    ["the stop where Slurm says nothing", [STOPPED, "hint: run it again with --resume"], 0],
    ["else the last line", ["one", "Killed", ""], 1],
  ] as const) {
    test(what, () => {
      const text = ["task 8_1, part 1/2", "error[OLD]: an attempt before", "task 9_1, part 1/2"];
      assert.equal(tellingLine([...text, ...lines].join("\n")), lines[expected]);
    });
  }
});

test("the last progress of a log, with its unit", () => {
  const log = "a 1/9 images · 2.0/s · 3 s left\nb 300/600 component steps · 60.5/s · 5 s left\nend";
  assert.deepEqual(progressIn(log), { done: 300, total: 600, unit: "component steps", rate: 60.5 });
  assert.equal(progressIn("nothing yet"), null);
});
