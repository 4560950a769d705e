import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { PLAN_SCHEMA, readPlan } from "../../../../src/cluster/slurm/plan-file.js";
import { fileTree } from "../../../helpers/file-tree.js";

function planned(t: TestContext, change: object = {}): string {
  const plan = {
    ...{ schema: PLAN_SCHEMA, jobName: "spurious-native-00ff", commandLine: ["eval"] },
    ...{
      out: "/results/a",
      replacesOut: false,
      tasks: 3,
      work: { count: 9, unit: "images" },
      minutes: 10,
    },
  };
  return fileTree(t, { "plan.json": JSON.stringify({ ...plan, ...change }) });
}

describe("plan.json", () => {
  test("is read as it was written", async (t) => {
    assert.equal((await readPlan(planned(t))).tasks, 3);
  });

  for (const [what, change] of [
    ["more tasks than an array has", { tasks: 1e300 }],
    ["tasks as text", { tasks: "3" }],
    ["half a task", { tasks: 1.5 }],
    ["no work", { work: null }],
    ["a result in the current folder", { out: "../results" }],
    ["a job that is named by an option", { jobName: "a --user=other" }],
    ["a job whose parts would be elsewhere", { jobName: ".." }],
  ] as const) {
    test(`with ${what} is refused by name`, async (t) => {
      const folder = planned(t, change);
      await assert.rejects(readPlan(folder), {
        code: "RESULT_INVALID",
        input: join(folder, "plan.json"),
      });
    });
  }
});
