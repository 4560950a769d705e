import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { PartFolder, type PartPlace } from "../../../src/cluster/part-folder.js";
import type { PartDescription } from "../../../src/cluster/part.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";

const SHARD = { index: 2, of: 3 };
const NAME = "part-002-of-003";
const ABOUT = {
  command: "eval",
  settings: { seed: 1 },
  work: { done: 5, unit: "images", seconds: 1 },
} as const satisfies Omit<PartDescription, "shard">;

/** An attempt that is begun. */
async function open(parts: string, options: Partial<PartPlace> = {}): Promise<PartFolder> {
  const folder = await PartFolder.open({ parts, shard: SHARD, ...options });
  await folder.begin(ABOUT);
  return folder;
}

/** A lock as a process of another machine holds it. */
function lockFromElsewhere(folder: PartFolder): void {
  const holder = { pid: 1, host: "elsewhere", begun: "1", since: "2026-01-01T00:00:00.000Z" };
  writeFileSync(folder.file(".lock"), JSON.stringify(holder));
}

function partsFolder(t: TestContext): string {
  return join(fileTree(t, []), "parts");
}

describe("PartFolder", () => {
  test("a part has its name when it is whole, with a hash of every file, and nothing else is left", async (t) => {
    const parts = partsFolder(t);
    {
      await using folder = await open(parts);
      assert.deepEqual(namesIn(parts), [".attempts"]);
      writeFileSync(folder.file("progress.jsonl"), "{}\n");
      const { files } = await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
      const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
      assert.deepEqual(files, { "a.txt": { bytes: 3, sha256 } });
    }
    assert.deepEqual(namesIn(parts), [".attempts", NAME]);
    assert.deepEqual(namesIn(join(parts, NAME)), ["a.txt", "part.json"]);
    assert.deepEqual(namesIn(join(parts, ".attempts")), []);
  });

  test("work of an attempt that has ended is gone on with in its place", async (t) => {
    const parts = partsFolder(t);
    const first = await open(parts);
    writeFileSync(first.file("progress.jsonl"), "work\n");
    await first[Symbol.asyncDispose]();
    await using second = await open(parts);
    assert.equal(second.path, first.path);
    assert.equal(readFileSync(second.file("progress.jsonl"), "utf8"), "work\n");
  });

  test("work of an attempt that may still be alive is copied, from the one that came furthest", async (t) => {
    const parts = partsFolder(t);
    const others = [await open(parts), await open(parts)];
    for (const [i, one] of others.entries()) {
      writeFileSync(one.file("progress.jsonl"), "work\n".repeat(i + 1));
      writeFileSync(one.file(".a.1-0123abcd.tmp"), "half");
      lockFromElsewhere(one);
    }
    await using third = await open(parts);
    assert.equal(readFileSync(third.file("progress.jsonl"), "utf8"), "work\nwork\n");
    assert.deepEqual(namesIn(third.path), [".lock", "attempt.json", "progress.jsonl"]);
    // The other's own is as it was.
    writeFileSync(third.file("progress.jsonl"), "other");
    assert.equal(readFileSync(others[1]?.file("progress.jsonl") ?? "", "utf8"), "work\nwork\n");
  });

  test("of two attempts that end the first one stays, and the other gives back what it is", async (t) => {
    const parts = partsFolder(t);
    const [one, two] = [await open(parts), await open(parts)];
    assert.notEqual(one.path, two.path);
    const first = await one.complete([{ name: "a.txt", content: "first" }], ABOUT);
    const second = await two.complete([{ name: "a.txt", content: "second" }], ABOUT);
    assert.deepEqual(second, first);
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    assert.equal(readFileSync(join(parts, NAME, "a.txt"), "utf8"), "first");
    assert.deepEqual(namesIn(join(parts, ".attempts")), []);
    await using third = await PartFolder.open({ parts, shard: SHARD });
    assert.deepEqual(await third.begin(ABOUT), first);
    await assert.rejects(third.begin({ ...ABOUT, settings: { seed: 2 } }), {
      code: "RESUME_MISMATCH",
      message: /expected seed 2, got 1/,
    });
  });

  test("an attempt that ends behind one with other settings is told so", async (t) => {
    const parts = partsFolder(t);
    const others = { ...ABOUT, settings: { seed: 2 } };
    await using one = await open(parts);
    await using two = await PartFolder.open({ parts, shard: SHARD });
    await two.begin(others);
    await one.complete([{ name: "a.txt", content: "first" }], ABOUT);
    await assert.rejects(two.complete([{ name: "a.txt", content: "second" }], others), {
      code: "RESUME_MISMATCH",
      message: /expected seed 2, got 1/,
    });
    assert.equal(readFileSync(join(parts, NAME, "a.txt"), "utf8"), "first");
  });

  test("a part that was ended while an attempt began is given back", async (t) => {
    const parts = partsFolder(t);
    await using late = await PartFolder.open({ parts, shard: SHARD });
    {
      await using folder = await open(parts);
      await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    assert.equal((await late.begin(ABOUT))?.work.done, 5);
    assert.deepEqual(namesIn(join(parts, ".attempts")), []);
  });

  test("a folder in the place of the part that is none is named, and the work is kept", async (t) => {
    const parts = partsFolder(t);
    const folder = await open(parts);
    mkdirSync(join(parts, NAME));
    writeFileSync(join(parts, NAME, "a.txt"), "of a part once");
    await assert.rejects(folder.complete([{ name: "a.txt", content: "abc" }], ABOUT), {
      code: "OUTPUT_EXISTS",
      input: join(parts, NAME),
    });
    await folder[Symbol.asyncDispose]();
    rmSync(join(parts, NAME), { recursive: true });
    await using next = await PartFolder.open({ parts, shard: SHARD });
    assert.equal((await next.begin(ABOUT))?.work.done, 5);
  });

  test("a part with a folder of its own that is started over is no part until it is whole again", async (t) => {
    const out = join(fileTree(t, []), "out");
    {
      await using folder = await PartFolder.open({ out, shard: SHARD });
      await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    {
      await using forced = await PartFolder.open({ out, shard: SHARD, force: true });
      writeFileSync(forced.file("progress.jsonl"), "work\n");
    }
    assert.deepEqual(namesIn(out), ["a.txt", "progress.jsonl"]);
    await using resumed = await PartFolder.open({ out, shard: SHARD, resume: true });
    assert.equal(await resumed.begin({ ...ABOUT, settings: { seed: 2 } }), null);
  });

  test("an attempt that was killed when it was whole and had no name yet is the part", async (t) => {
    const parts = partsFolder(t);
    const whole = partsFolder(t);
    {
      await using folder = await open(whole);
      await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    const attempt = await open(parts);
    for (const name of ["a.txt", "part.json"]) {
      writeFileSync(attempt.file(name), readFileSync(join(whole, NAME, name)));
    }
    await attempt[Symbol.asyncDispose]();
    await using next = await PartFolder.open({ parts, shard: SHARD });
    assert.equal((await next.begin(ABOUT))?.work.done, 5);
    assert.ok(namesIn(parts).includes(NAME));
  });

  test("force starts over, whatever is there", async (t) => {
    const parts = partsFolder(t);
    {
      await using folder = await open(parts);
      await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    await using again = await open(parts, { force: true });
    assert.ok(!namesIn(parts).includes(NAME));
    assert.deepEqual(namesIn(again.path), [".lock", "attempt.json"]);
  });

  test("resume refuses settings that no work on any of the parts was begun with, and begins nothing", async (t) => {
    const parts = partsFolder(t);
    const others = { ...ABOUT, settings: { seed: 2 } };
    const own = await open(parts);
    await own[Symbol.asyncDispose]();
    const names = namesIn(join(parts, ".attempts"));
    const refused = { code: "RESUME_MISMATCH", message: /expected seed 2, got 1/ };
    for (const shard of [SHARD, { index: 3, of: 3 }]) {
      await using other = await PartFolder.open({ parts, shard, resume: true });
      await assert.rejects(other.begin(others), refused);
    }
    assert.deepEqual(namesIn(join(parts, ".attempts")), names);
    {
      await using whole = await open(parts);
      await whole.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    await using third = await PartFolder.open({
      parts,
      shard: { index: 3, of: 3 },
      resume: true,
    });
    await assert.rejects(third.begin(others), refused);
    await third.begin(ABOUT);
    assert.ok(namesIn(third.path).includes("attempt.json"));
  });

  test("resume begins a part where another has work with the same settings beside others", async (t) => {
    const parts = partsFolder(t);
    const others = { ...ABOUT, settings: { seed: 2 } };
    for (const about of [ABOUT, others]) {
      await using folder = await PartFolder.open({ parts, shard: SHARD });
      await folder.begin(about);
    }
    await using third = await PartFolder.open({
      parts,
      shard: { index: 3, of: 3 },
      resume: true,
    });
    assert.equal(await third.begin(others), null);
  });

  test("an attempt whose description is damaged is named", async (t) => {
    const parts = partsFolder(t);
    const own = await open(parts);
    await own[Symbol.asyncDispose]();
    writeFileSync(own.file("attempt.json"), "{");
    await using other = await PartFolder.open({ parts, shard: SHARD, resume: true });
    await assert.rejects(other.begin({ ...ABOUT, settings: { seed: 2 } }), {
      code: "RESULT_INVALID",
      message: /attempt\.json: expected JSON/,
    });
  });

  test("force takes away what nobody writes to; a start without it goes on from its own", async (t) => {
    const parts = partsFolder(t);
    const settings = { seed: 2 };
    const ended = await open(parts);
    writeFileSync(ended.file("progress.jsonl"), "work\n".repeat(9));
    const alive = await open(parts);
    writeFileSync(alive.file("progress.jsonl"), "work\n".repeat(9));
    lockFromElsewhere(alive);
    await ended[Symbol.asyncDispose]();
    const forced = await PartFolder.open({ parts, shard: SHARD, force: true });
    await forced.begin({ ...ABOUT, settings });
    writeFileSync(forced.file("progress.jsonl"), "own\n");
    await forced[Symbol.asyncDispose]();
    const names = [alive, forced].map(({ path }) => basename(path)).sort();
    assert.deepEqual(namesIn(join(parts, ".attempts")), names);
    await using again = await PartFolder.open({ parts, shard: SHARD });
    await again.begin({ ...ABOUT, settings });
    assert.equal(again.path, forced.path);
    assert.equal(readFileSync(again.file("progress.jsonl"), "utf8"), "own\n");
  });

  test("a part can be begun where another has ended: nothing is made", async (t) => {
    const parts = partsFolder(t);
    {
      await using folder = await open(parts);
      await folder.complete([{ name: "a.txt", content: "abc" }], ABOUT);
    }
    await using again = await open(parts);
    assert.throws(() => again.path, RangeError);
    assert.deepEqual(namesIn(join(parts, ".attempts")), []);
  });
});
