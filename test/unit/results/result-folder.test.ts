import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import { JOURNAL_NAME, ResultFolder } from "../../../src/results/result-folder.js";
import { fileTree } from "../../helpers/file-tree.js";

const FILES = [
  { name: "images.csv", content: "rows" },
  { name: "result.json", content: "{}" },
];

describe("ResultFolder", () => {
  test("makes the folder and those above it, and holds the files when complete", async (t) => {
    const path = join(fileTree(t, []), "deep/er/out");
    {
      await using folder = await ResultFolder.open(path);
      writeFileSync(folder.file(JOURNAL_NAME), "{}\n");
      await folder.complete(FILES);
    }
    assert.deepEqual(readdirSync(path).sort(), ["images.csv", "result.json"]);
  });

  test("a folder that it made and never used is gone again; one that was there stays", async (t) => {
    const root = fileTree(t, ["empty/"]);
    for (const name of ["new", "empty"]) {
      await using folder = await ResultFolder.open(join(root, name));
      assert.ok(existsSync(folder.path));
    }
    assert.deepEqual(readdirSync(root), ["empty"]);
  });

  test("a folder that it made with something in it stays", async (t) => {
    const root = fileTree(t, []);
    {
      await using folder = await ResultFolder.open(join(root, "out"));
      writeFileSync(folder.file(JOURNAL_NAME), "work done\n");
    }
    assert.deepEqual(readdirSync(join(root, "out")), [JOURNAL_NAME]);
  });

  test("what holds something is refused, an unfinished run with its own hint", async (t) => {
    const root = fileTree(t, ["full/result.json", "full/images.csv", `half/${JOURNAL_NAME}`]);
    await assert.rejects(ResultFolder.open(join(root, "full")), {
      code: "OUTPUT_EXISTS",
      message: /expected a new or empty folder, got 2 entries/,
      hint: /--force/,
    });
    await assert.rejects(ResultFolder.open(join(root, "half")), {
      code: "OUTPUT_EXISTS",
      message: /got an unfinished run/,
      hint: /--resume/,
    });
  });

  test("force discards an old journal; old results stay until the new ones are there", async (t) => {
    const root = fileTree(t, { "result.json": "old", [JOURNAL_NAME]: "old", "mine.txt": "mine" });
    await using folder = await ResultFolder.open(root, { force: true });
    assert.ok(!existsSync(folder.file(JOURNAL_NAME)));
    assert.equal(readFileSync(folder.file("result.json"), "utf8"), "old");
    await folder.complete(FILES);
    assert.equal(readFileSync(folder.file("result.json"), "utf8"), "{}");
    assert.equal(readFileSync(folder.file("mine.txt"), "utf8"), "mine");
  });

  test("resume keeps the journal", async (t) => {
    const root = fileTree(t, { [JOURNAL_NAME]: "work done\n" });
    await using folder = await ResultFolder.open(root, { resume: true });
    assert.equal(readFileSync(folder.file(JOURNAL_NAME), "utf8"), "work done\n");
  });

  test("resume takes an empty folder and what a killed run leaves, and nothing else", async (t) => {
    const lock = JSON.stringify({ pid: 2 ** 30, host: hostname(), since: "then" });
    const left = { ".lock": lock, ".images.csv.4711-0123abcd.tmp": "half" };
    const root = fileTree(t, ["empty/", "full/result.json", "other/index.json"]);
    const killed = fileTree(t, left);
    for (const path of [join(root, "empty"), join(root, "new"), killed]) {
      await using folder = await ResultFolder.open(path, { resume: true });
      assert.ok(existsSync(folder.path));
    }
    for (const name of ["full", "other"]) {
      await assert.rejects(ResultFolder.open(join(root, name), { resume: true }), {
        code: "OUTPUT_EXISTS",
        message: /expected an unfinished run or an empty folder, got 1 entries/,
      });
      assert.equal(readdirSync(join(root, name)).length, 1);
    }
    const isBegun = (names: readonly string[]): boolean => names.includes("index.json");
    await using own = await ResultFolder.open(join(root, "other"), { resume: true }, isBegun);
    assert.ok(existsSync(own.file("index.json")));
  });

  test("one run at a time, forced or resumed; the next one when it is done", async (t) => {
    const root = fileTree(t, []);
    {
      await using first = await ResultFolder.open(root);
      assert.ok(existsSync(first.path));
      for (const options of [{}, { force: true }, { resume: true }]) {
        await assert.rejects(ResultFolder.open(root, options), {
          code: "OUTPUT_EXISTS",
          message: /expected no other run that writes there, got process \d+ on /,
        });
      }
    }
    assert.deepEqual(readdirSync(root), []);
    await using next = await ResultFolder.open(root);
    assert.equal(next.path, root);
  });

  test("force and resume together make no sense", async (t) => {
    const root = fileTree(t, []);
    const both = { force: true, resume: true };
    await assert.rejects(ResultFolder.open(join(root, "x"), both), { code: "USAGE_INVALID" });
  });

  test("a file where the folder should be is an error", async (t) => {
    const root = fileTree(t, ["file"]);
    for (const path of [join(root, "file"), join(root, "file/below")]) {
      await assert.rejects(ResultFolder.open(path), { code: "OUTPUT_WRITE_FAILED" });
    }
  });
});
