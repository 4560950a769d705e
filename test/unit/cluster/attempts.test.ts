import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { openAttempt, settingsKey } from "../../../src/cluster/attempts.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";

const SHARD = { index: 2, of: 3 };
const PREFIX = "part-002-of-003.";
const SAME = { shard: SHARD, command: "eval", settings: { seed: 1 } } as const;
const KEY = settingsKey(SAME);
const OTHER_KEY = settingsKey({ ...SAME, settings: { seed: 2 } });

/** The folder of attempts with one that a process of another machine may be writing to. */
function elsewhere(t: TestContext, files: Readonly<Record<string, string>>) {
  const parts = join(fileTree(t, []), "parts");
  return { parts, other: attempt(parts, "elsewhere", files, "elsewhere") };
}

/** @param host that the process at work is of; null: nobody has the attempt */
function attempt(
  parts: string,
  token: string,
  files: Readonly<Record<string, string>>,
  host: string | null,
  key = KEY,
): string {
  const folder = join(parts, ".attempts", `${PREFIX}${key}.${token}`);
  mkdirSync(folder, { recursive: true });
  const all = { "attempt.json": "{}", ...files };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  const holder = { pid: 1, host, begun: "1", since: "2026-01-01T00:00:00.000Z" };
  if (host !== null) writeFileSync(join(folder, ".lock"), JSON.stringify(holder));
  return folder;
}

describe("openAttempt", () => {
  test("what is copied has the name of an attempt when all of it is there, not before", async (t) => {
    const count = 400;
    const names = Array.from({ length: count }, (_, i) => `${String(i)}.safetensors`);
    const files = Object.fromEntries([...names, "index.json"].map((name) => [name, name]));
    const { parts, other } = elsewhere(t, files);
    const seen: number[] = [];
    let isDone = false;
    const watch = async (): Promise<void> => {
      while (!isDone) {
        for (const name of await readdir(join(parts, ".attempts"))) {
          const path = join(parts, ".attempts", name);
          if (!name.startsWith(PREFIX) || path === other) continue;
          const found = await readdir(path).catch(() => null);
          if (found !== null) seen.push(found.filter((one) => one !== ".lock").length);
        }
      }
    };
    const watching = watch();
    await using own = await openAttempt(parts, SAME);
    isDone = true;
    await watching;
    assert.deepEqual(new Set(seen), new Set(seen.map(() => count + 2)));
    assert.deepEqual(namesIn(own.path), [...Object.keys(files), ".lock", "attempt.json"].sort());
    assert.equal(namesIn(join(parts, ".attempts")).length, 2);
  });

  test("a copy that was never whole is no attempt", async (t) => {
    const { parts } = elsewhere(t, { "progress.jsonl": "work\n" });
    mkdirSync(join(parts, ".attempts", ".copy-0123456789ab"));
    writeFileSync(join(parts, ".attempts", ".copy-0123456789ab", "index.json"), "x".repeat(99));
    await using own = await openAttempt(parts, SAME);
    assert.equal(readFileSync(own.file("progress.jsonl"), "utf8"), "work\n");
    assert.ok(!existsSync(own.file("index.json")));
  });

  const journal = (entries: number): string => "{}\n".repeat(entries + 1);

  test("the attempt that came furthest is copied, not one that is free and has done less", async (t) => {
    const { parts, other } = elsewhere(t, { "progress.jsonl": journal(9) });
    const free = attempt(parts, "free", { "progress.jsonl": journal(2) }, null);
    await using own = await openAttempt(parts, SAME);
    assert.ok(own.path !== free && own.path !== other);
    assert.equal(readFileSync(own.file("progress.jsonl"), "utf8"), journal(9));
    assert.equal(readFileSync(join(free, "progress.jsonl"), "utf8"), journal(2));
  });

  test("of attempts that came as far the free one is taken over", async (t) => {
    const { parts } = elsewhere(t, { "progress.jsonl": journal(3) });
    const free = attempt(parts, "free", { "progress.jsonl": journal(3) }, null);
    await using own = await openAttempt(parts, SAME);
    assert.equal(own.path, free);
  });

  for (const [what, ahead, behind] of [
    [
      "half a file",
      { "progress.jsonl": journal(2) },
      { "progress.jsonl": journal(1), ".003.safetensors.1-0123abcd.tmp": "x".repeat(999) },
    ],
    [
      "long lines",
      { "progress.jsonl": journal(2) },
      { "progress.jsonl": `{"settings":"${"x".repeat(999)}"}\n{}\n` },
    ],
    [
      "many small stretches of a pool",
      { "progress.jsonl": '{}\n{"seen":300}\n' },
      { "progress.jsonl": '{}\n{"seen":100}\n{"seen":100}\n' },
    ],
    [
      "the journal of a class behind one that is finished",
      { "003.safetensors": "", "003.images.json": "", "index.json": "" },
      { "progress.jsonl": journal(99) },
    ],
  ] as const) {
    test(`${what} is no reason to think that an attempt came further`, async (t) => {
      const { parts } = elsewhere(t, ahead);
      attempt(parts, "behind", behind, null);
      await using own = await openAttempt(parts, SAME);
      for (const [name, content] of Object.entries(ahead)) {
        assert.equal(readFileSync(own.file(name), "utf8"), content);
      }
    });
  }

  test("a folder that says nothing of itself is no attempt, and stays as it is", async (t) => {
    const parts = join(fileTree(t, []), "parts");
    const bare = attempt(parts, "bare", { "progress.jsonl": journal(9) }, null);
    rmSync(join(bare, "attempt.json"));
    await using own = await openAttempt(parts, SAME);
    assert.notEqual(own.path, bare);
    assert.deepEqual(namesIn(own.path), [".lock", "attempt.json"]);
    assert.deepEqual(namesIn(bare), ["progress.jsonl"]);
  });

  test("attempts with other settings are left alone, however far they came", async (t) => {
    const parts = join(fileTree(t, []), "parts");
    const files = { "progress.jsonl": journal(9) };
    const others = ["elsewhere", null].map((host, i) =>
      attempt(parts, String(i), files, host, OTHER_KEY),
    );
    const before = namesIn(join(parts, ".attempts"));
    await using own = await openAttempt(parts, SAME);
    assert.deepEqual(namesIn(own.path), [".lock", "attempt.json"]);
    assert.ok(!others.includes(own.path));
    assert.equal(namesIn(join(parts, ".attempts")).length, before.length + 1);
  });
});
