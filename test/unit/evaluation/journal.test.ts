import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import * as typanion from "typanion";

import { hashOfNames, Journal } from "../../../src/evaluation/journal.js";
import { fileTree } from "../../helpers/file-tree.js";

interface Entry {
  readonly n: number;
  readonly text?: string;
}

const SETTINGS = { model: "abc", preset: { name: "paper-v2", size: 224 } };

function journalPath(t: TestContext): string {
  return join(fileTree(t, []), "progress.jsonl");
}

async function write(path: string, entries: readonly Entry[], resume = false): Promise<void> {
  await using journal = await Journal.open<Entry>(path, SETTINGS, resume);
  await journal.append(entries);
}

async function earlierOf(path: string, settings: object = SETTINGS): Promise<readonly Entry[]> {
  await using journal = await Journal.open<Entry>(path, settings as typeof SETTINGS, true);
  return journal.earlier;
}

describe("Journal", () => {
  test("keeps entries over several runs, in order", async (t) => {
    const path = journalPath(t);
    await write(path, [{ n: 1 }, { n: 2, text: "zwei\nü" }]);
    await write(path, [{ n: 3 }], true);
    assert.deepEqual(await earlierOf(path), [{ n: 1 }, { n: 2, text: "zwei\nü" }, { n: 3 }]);
    assert.equal(readFileSync(path, "utf8").split("\n").length, 5);
  });

  test("a line that was cut off is dropped, and work goes on behind the last whole one", async (t) => {
    const path = journalPath(t);
    await write(path, [{ n: 1, text: "ü" }]);
    const whole = readFileSync(path, "utf8");
    for (const broken of ['{"n":2', '{"n":2}', "\u0000\u0000", "ü"]) {
      writeFileSync(path, whole + broken);
      await write(path, [{ n: 5 }], true);
      assert.equal(readFileSync(path, "utf8"), `${whole}{"n":5}\n`);
    }
  });

  test("a journal that ended before its heading was whole begins anew", async (t) => {
    const path = journalPath(t);
    for (const broken of ["", '{"schema":"spurious-nat']) {
      writeFileSync(path, broken);
      await write(path, [{ n: 1 }], true);
      assert.deepEqual(await earlierOf(path), [{ n: 1 }]);
    }
  });

  test("with a key, work that is there twice counts once, as first written", async (t) => {
    const path = journalPath(t);
    await write(path, [{ n: 1, text: "first" }, { n: 2 }, { n: 1, text: "again" }]);
    const keyOf = ({ n }: Entry): string => String(n);
    await using journal = await Journal.open<Entry>(path, SETTINGS, true, { keyOf });
    assert.deepEqual(journal.earlier, [{ n: 1, text: "first" }, { n: 2 }]);
  });

  test("resuming where there is nothing begins anew", async (t) => {
    const path = journalPath(t);
    assert.deepEqual(await earlierOf(path), []);
  });

  test("other settings are refused by name, with both values", async (t) => {
    const path = journalPath(t);
    await write(path, [{ n: 1 }]);
    for (const [settings, message] of [
      [{ ...SETTINGS, model: "xyz" }, /expected model "xyz", got "abc"/],
      [{ ...SETTINGS, dtype: "bf16" }, /expected dtype "bf16", got none/],
      [{ model: "abc" }, /expected preset none, got \{"name"/],
      [{ ...SETTINGS, preset: { name: "paper-v2", size: 160 } }, /expected preset .*160/],
    ] as const) {
      await assert.rejects(earlierOf(path, settings), {
        code: "RESUME_MISMATCH",
        message,
        input: path,
      });
    }
  });

  test("what is no journal is refused", async (t) => {
    const path = journalPath(t);
    for (const text of [
      "hello\n",
      '{"schema":"other/1"}\n',
      '{"schema":"spurious-native/journal/1"}\n',
    ]) {
      writeFileSync(path, text);
      await assert.rejects(earlierOf(path), { code: "RESUME_MISMATCH" });
    }
    await assert.rejects(write(path, []), { code: "OUTPUT_WRITE_FAILED" });
  });

  test("an entry of another shape is refused by name", async (t) => {
    const path = journalPath(t);
    await write(path, [{ n: 1 }, { n: 2 }]);
    const open = (shape: typanion.AnyStrictValidator) =>
      Journal.open<Entry>(path, SETTINGS, true, { shape });
    await using journal = await open(typanion.isPartial({ n: typanion.isNumber() }));
    assert.equal(journal.earlier.length, 2);
    await assert.rejects(open(typanion.isPartial({ n: typanion.isString() })), {
      ...{ code: "RESUME_MISMATCH", input: path },
      message: /expected whole entries, got \.n: expected a string/,
    });
  });

  test("a place that cannot be written is an error", async (t) => {
    const path = join(fileTree(t, []), "no/such/folder");
    await assert.rejects(write(path, []), { code: "OUTPUT_WRITE_FAILED" });
    await assert.rejects(write(fileTree(t, []), [], true), { code: "OUTPUT_WRITE_FAILED" });
  });
});

test("hashOfNames tells lists apart, also where the names run into each other", () => {
  const hashes = [["a", "b"], ["b", "a"], ["ab"], ["a"], []].map((names) => hashOfNames(names));
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(hashOfNames(["a", "b"]), hashOfNames(new Set(["a", "b"])));
});
