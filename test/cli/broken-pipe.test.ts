import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { imagesCsv } from "../../src/results/images-table.js";
import { startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { rowsOf, TABLES } from "../helpers/score-tables.js";

describe("a reader that goes away", () => {
  test("is no error: status 0, nothing on stderr, and the files are written", async (t) => {
    const [table] = TABLES;
    assert.ok(table);
    const root = fileTree(t, { "images.csv": imagesCsv(rowsOf(table)) });
    const out = join(root, "out");
    const args = ["score", join(root, "images.csv"), "--json", "--quiet", "--out", out];
    const { child, ended } = startCli(args);
    child.stdout?.destroy();
    const { status, signal, stderr } = await ended;
    assert.deepEqual([status, signal, stderr], [0, null, ""]);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });
});
