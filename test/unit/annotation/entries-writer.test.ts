import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openLabels, readLabels } from "../../../src/labelling/labels-file.js";
import { fileTree } from "../../helpers/file-tree.js";
import { MODEL } from "../../helpers/labels-files.js";

const OWNER = { annotator: "anna", role: "annotator", model: MODEL } as const;
const said = (component: number) =>
  ({
    class: 3,
    label: "fish",
    component,
    pca: "p",
    answer: "spurious",
    note: "",
    blind: false,
  }) as const;

describe("writing an annotation file", () => {
  test("after every answer the file is a whole document that holds it", async (t) => {
    const path = join(fileTree(t, []), "labels/anna.json");
    await using writer = await openLabels(path, OWNER);
    assert.deepEqual((await readLabels(path)).entries, []);
    for (let i = 0; i < 5; i++) {
      const entry = await writer.answer(said(i));
      const { entries } = JSON.parse(readFileSync(path, "utf8")) as { entries: unknown[] };
      assert.deepEqual(entries.at(-1), entry);
    }
    assert.equal((await writer.undo())?.component, 4);
    const { entries } = await readLabels(path);
    assert.deepEqual(entries, writer.entries);
    assert.equal("undo" in entries[5]! && entries[5].undo, 5);
    assert.equal(writer.version, 6);
  });

  test("goes on behind a tail that was cut, and behind a file laid out anew", async (t) => {
    const path = join(fileTree(t, []), "anna.json");
    const answerOne = async (component: number) => {
      await using writer = await openLabels(path, OWNER);
      await writer.answer(said(component));
    };
    await answerOne(0);
    await answerOne(1);
    truncateSync(path, readFileSync(path).length - 30);
    await answerOne(2);
    writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, "utf8")), null, 1));
    await answerOne(3);
    const { entries } = await readLabels(path);
    assert.deepEqual(
      entries.map((one) => "component" in one && one.component),
      [0, 2, 3],
    );
  });

  test("nothing to undo is no entry", async (t) => {
    const path = join(fileTree(t, []), "anna.json");
    await using writer = await openLabels(path, OWNER);
    assert.equal(await writer.undo(), null);
    assert.equal(writer.version, 0);
  });

  test("a second writer is refused until the first is gone", async (t) => {
    const root = fileTree(t, []);
    const path = join(root, "anna.json");
    {
      await using first = await openLabels(path, OWNER);
      await assert.rejects(openLabels(path, OWNER), {
        code: "USAGE_INVALID",
        message: new RegExp(`process ${process.pid} `),
      });
      assert.equal(first.version, 0);
    }
    assert.deepEqual(readdirSync(root), ["anna.json"]);
    await (await openLabels(path, OWNER))[Symbol.asyncDispose]();
  });

  test("the lock of a process that is gone is taken over, another machine's is not", async (t) => {
    const root = fileTree(t, []);
    const path = join(root, "anna.json");
    for (const left of [
      { pid: 2 ** 22 + 1, host: hostname() },
      ...(existsSync("/proc/self/stat")
        ? [{ pid: process.pid, host: hostname(), begun: "1" }]
        : []),
    ]) {
      writeFileSync(`${path}.lock`, JSON.stringify(left));
      await (await openLabels(path, OWNER))[Symbol.asyncDispose]();
    }
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: "elsewhere" }));
    await assert.rejects(openLabels(path, OWNER), {
      code: "USAGE_INVALID",
      message: /on elsewhere/,
    });
  });

  test("somebody else's file, and one of another model, are not gone on with", async (t) => {
    const root = fileTree(t, []);
    const path = join(root, "anna.json");
    await (await openLabels(path, OWNER))[Symbol.asyncDispose]();
    for (const other of [{ annotator: "ben" }, { role: "adjudicator" }, { model: "bb" }] as const) {
      await assert.rejects(openLabels(path, { ...OWNER, ...other }), {
        code: "RESUME_MISMATCH",
        input: path,
      });
    }
    assert.deepEqual(readdirSync(root), ["anna.json"]);
  });

  test("a file that somebody else wrote to is left as it is", async (t) => {
    const path = join(fileTree(t, []), "anna.json");
    await using writer = await openLabels(path, OWNER);
    await writer.answer(said(0));
    appendFileSync(path, "x");
    const before = readFileSync(path, "utf8");
    await assert.rejects(writer.answer(said(1)), { code: "ARTEFACT_INVALID", input: path });
    assert.equal(readFileSync(path, "utf8"), before);
    assert.equal(writer.version, 1);
  });

  test("a folder that cannot be made is a failure to write", async () => {
    await assert.rejects(openLabels("/dev/null/labels/anna.json", OWNER), {
      code: "OUTPUT_WRITE_FAILED",
    });
  });
});
