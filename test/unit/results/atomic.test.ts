import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { writeFailed, writeFileAtomic, writeFilesAtomic } from "../../../src/results/atomic.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("writeFilesAtomic", () => {
  test("writes texts and bytes, replaces what was there and leaves nothing else", async (t) => {
    const root = fileTree(t, { "a.txt": "old", "kept.txt": "kept" });
    await writeFilesAtomic(root, [
      { name: "a.txt", content: "new ü" },
      { name: "b.bin", content: Uint8Array.of(0, 255) },
    ]);
    assert.deepEqual(readdirSync(root).sort(), ["a.txt", "b.bin", "kept.txt"]);
    assert.equal(readFileSync(join(root, "a.txt"), "utf8"), "new ü");
    assert.deepEqual([...readFileSync(join(root, "b.bin"))], [0, 255]);
  });

  test("when one cannot be written, none gets its name and no temporary file is left", async (t) => {
    const root = fileTree(t, { "a.txt": "old" });
    const files = [
      { name: "a.txt", content: "new" },
      { name: "no/such/folder.txt", content: "x" },
    ];
    await assert.rejects(writeFilesAtomic(root, files), {
      code: "OUTPUT_WRITE_FAILED",
      message: /expected a folder that can be written, got no such folder/,
      input: root,
    });
    assert.deepEqual(readdirSync(root), ["a.txt"]);
    assert.equal(readFileSync(join(root, "a.txt"), "utf8"), "old");
  });

  test("a folder in the way is an error, and no temporary file is left", async (t) => {
    const root = fileTree(t, ["taken/inside.txt"]);
    await assert.rejects(writeFileAtomic(join(root, "taken"), "x"), {
      code: "OUTPUT_WRITE_FAILED",
    });
    assert.deepEqual(readdirSync(root), ["taken"]);
  });
});

describe("writeFailed", () => {
  for (const [code, text] of [
    ["ENOSPC", "no space left on the device"],
    ["EDQUOT", "no space left in the quota"],
    ["EROFS", "a read-only file system"],
    ["EACCES", "no permission"],
    ["EIO", "i/o error"],
  ] as const) {
    test(`${code} reads "${text}" and keeps its cause`, () => {
      const cause = Object.assign(new Error("i/o error"), { code });
      const error = writeFailed("/out", cause);
      assert.equal(error.code, "OUTPUT_WRITE_FAILED");
      assert.ok(error.message.endsWith(`got ${text}`));
      assert.equal(error.cause, cause);
    });
  }
});
