import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, describe, test } from "node:test";

import { SpuriousError } from "../../../src/errors.js";
import { writeThrough } from "../../../src/results/write-through.js";

describe("a file that somebody else writes", () => {
  const folder = mkdtempSync(join(tmpdir(), "spurious-native-through-"));
  after(() => rmSync(folder, { recursive: true }));

  test("has its name while it is written, and its place when it is complete", async () => {
    const path = join(folder, "new", "model.pt");
    const length = await writeThrough(path, async (temporary) => {
      assert.equal(basename(temporary), "model.pt");
      assert.notEqual(temporary, path);
      await writeFile(temporary, "content");
      return 7;
    });
    assert.equal(length, 7);
    assert.equal(readFileSync(path, "utf8"), "content");
    assert.deepEqual(readdirSync(join(folder, "new")), ["model.pt"]);
  });

  test("that fails leaves the old one and nothing half-written", async () => {
    const path = join(folder, "old.pt");
    writeFileSync(path, "old");
    const failing = writeThrough(path, async (temporary) => {
      await writeFile(temporary, "half");
      throw new SpuriousError("INTERNAL", "no");
    });
    await assert.rejects(failing, { code: "INTERNAL" });
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(".")),
      [],
    );
  });

  test("below a file, or that is not written at all, is OUTPUT_WRITE_FAILED", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const path of [join(file, "model.pt"), join(folder, "never.pt")]) {
      await assert.rejects(
        writeThrough(path, () => Promise.resolve()),
        {
          code: "OUTPUT_WRITE_FAILED",
          input: path,
        },
      );
    }
  });
});
