import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { entryOf, FitJournal } from "../../../src/mitigation/fit-journal.js";
import { fileTree } from "../../helpers/file-tree.js";

const FITTED = {
  directions: {
    ...{ index: 3, eigenIndices: [0, 4], mean: Float32Array.of(1, 2) },
    directions: Float32Array.of(1, 0, 0, 1),
  },
  skipped: [],
};

describe("FitJournal", () => {
  test("gives the classes back that it was given", async (t) => {
    const path = join(fileTree(t, []), "progress.jsonl");
    {
      await using journal = await FitJournal.ofPart(path, { model: "a" }, false);
      await journal.append(FITTED);
    }
    await using resumed = await FitJournal.ofPart(path, { model: "a" }, true);
    assert.deepEqual(resumed.earlier, [FITTED]);
  });

  for (const [what, change] of [
    ["a number cut in half", { mean: Buffer.alloc(7).toString("base64") }],
    ["fewer numbers than directions", { eigenIndices: [0, 4, 5] }],
    ["a list in place of numbers", { directions: [1, 0] }],
    ["no pictures that were skipped", { skipped: null }],
  ] as const) {
    test(`an entry with ${what} is refused by name`, async (t) => {
      const path = join(fileTree(t, []), "progress.jsonl");
      await (await FitJournal.ofPart(path, { model: "a" }, false))[Symbol.asyncDispose]();
      appendFileSync(path, `${JSON.stringify({ ...entryOf(FITTED), ...change })}\n`);
      await assert.rejects(FitJournal.ofPart(path, { model: "a" }, true), {
        code: "RESUME_MISMATCH",
        input: path,
      });
    });
  }
});
