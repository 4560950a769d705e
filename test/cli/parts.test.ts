import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";

import type { PartDocument } from "../../src/cluster/part.js";
import { readAllParts } from "../../src/cluster/all-parts.js";
import { mergePcas } from "../../src/pca/merge-pcas.js";
import { addon } from "../../src/native/load.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { assertSameFolders, folderContent } from "../helpers/folder-content.js";
import { fitPaintedPca, paintPictures, writePictures } from "../helpers/mining-pool.js";
import { namesIn, RESULT_FILES, timelessFiles } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { smallTraining } from "../helpers/small-pca.js";

async function done(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function refused(args: readonly string[], status: number, said: RegExp): Promise<void> {
  const answer = await answerOf(args);
  assert.equal(answer.status, status, answer.stderr);
  assert.match(answer.stderr, said);
}

/** Does all parts of a command. */
async function inParts(args: readonly string[], parts: string, of: number): Promise<void> {
  for (let i = 1; i <= of; i++) {
    await done([...args, "--shard", `${String(i)}/${String(of)}`, "--parts", parts]);
  }
}

function assertSameResults(found: string, expected: string): void {
  assert.deepEqual(namesIn(found), RESULT_FILES);
  const [left, right] = [timelessFiles(found), timelessFiles(expected)];
  for (const name of RESULT_FILES) assert.ok(left[name] === right[name], `${name} differs`);
}

describe("eval in parts", () => {
  test("merged is the result of one run, byte for byte, however many parts there are", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const args = [...evalArgs, "--batch", "8"];
    const whole = join(root, "whole");
    await done([...args, "--out", whole]);
    for (const of of [1, 2, 5]) {
      const [parts, out] = [join(root, `parts-${String(of)}`), join(root, `out-${String(of)}`)];
      await inParts(args, parts, of);
      await done(["merge", parts, "--out", out]);
      assertSameResults(out, whole);
    }
    // Again, and from folders in any order.
    const parts = join(root, "parts-5");
    const folders = readdirSync(parts)
      .filter((name) => name.startsWith("part-"))
      .map((name) => join(parts, name));
    await refused(["merge", parts, "--out", join(root, "out-5")], 2, /^error\[OUTPUT_EXISTS\]/m);
    // As a merge leaves it that was killed between its files.
    rmSync(join(root, "out-5", "result.json"));
    await done(["merge", parts, "--out", join(root, "out-5")]);
    assertSameResults(join(root, "out-5"), whole);
    const again = ["merge", ...folders.reverse(), "--out", join(root, "out-5"), "--force"];
    await done(again);
    assertSameResults(join(root, "out-5"), whole);
  });

  test("a part that is there is not done again, and one of other settings is refused by name", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const parts = join(root, "parts");
    const part = [...evalArgs, "--shard", "1/2", "--parts", parts];
    await done(part);
    const entries = join(parts, "part-001-of-002", "entries.json");
    const before = readFileSync(entries, "utf8");
    const document = JSON.parse(await done([...part, "--json"])) as PartDocument;
    assert.deepEqual(document.shard, { index: 1, of: 2 });
    // The number that the engine really has: on a machine with more cores it is another.
    assert.equal(document.settings["threads"], addon().addonInfo().hardwareThreads);
    assert.equal(readFileSync(entries, "utf8"), before);
    await refused(
      [...part, "--temperature", "2"],
      6,
      /^error\[RESUME_MISMATCH\]: going on with a part: .*expected temperature .*2/m,
    );
    await refused(
      [...part, "--max-pixels", "99999"],
      6,
      /^error\[RESUME_MISMATCH\]: .*expected maxPixels 99999, got null/m,
    );
    await done([...part, "--temperature", "2", "--force"]);
    assert.notEqual(readFileSync(entries, "utf8"), before);
  });

  test("what is no whole is refused, saying exactly what is missing or differs", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const parts = join(root, "parts");
    await inParts(evalArgs, parts, 3);
    const [one = "", two = "", three = ""] = [1, 2, 3].map((i) =>
      join(parts, `part-00${String(i)}-of-003`),
    );
    const other = join(root, "other");
    await done([...evalArgs, "--temperature", "2", "--shard", "3/3", "--out", other]);
    const out = join(root, "merged");
    const merge = (...folders: string[]) => ["merge", ...folders, "--out", out];
    for (const [folders, said] of [
      [[one, three], "expected parts 1 to 3, got all but 2"],
      [[one, two, two, three], "expected every part once, got part 2 again, as "],
      [[one, two, other], "expected temperature .*, got .*2"],
      [[one, join(root, "spurious")], "expected a whole part .*, got none"],
    ] as const) {
      await refused(
        merge(...folders),
        6,
        new RegExp(`^error\\[SHARDS_INCOMPLETE\\]: .*${said}`, "m"),
      );
    }
    const kept = join(root, "kept");
    cpSync(two, kept, { recursive: true });
    appendFileSync(join(two, "entries.json"), " ");
    await refused(
      merge(parts),
      6,
      /^error\[SHARDS_INCOMPLETE\]: .*entries\.json: expected \d+ bytes with SHA-256 [0-9a-f]{64}, got \d+ bytes/m,
    );
    rmSync(join(two, "entries.json"));
    await refused(merge(parts), 6, /entries\.json: .*got no such file/);
    writeFileSync(join(two, "part.json"), "{");
    await refused(
      merge(parts),
      6,
      /^error\[RESULT_INVALID\]: reading a part: .*part\.json: expected JSON/m,
    );
    rmSync(two, { recursive: true });
    await refused(merge(parts), 6, /parts 1 to 3, got all but 2/);
    assert.ok(!namesIn(root).includes("merged"));
    cpSync(kept, two, { recursive: true });
    await done(merge(parts));
  });

  test("parts of data that was staged to several places make a whole; resized copies do not", async (t) => {
    const { root, data, val, evalArgs } = smallBenchmark(t);
    const staged = [1, 2, 3].map((i) => join(root, `scratch-${String(i)}`));
    const argsAt = (place: string): string[] =>
      evalArgs.map((arg) => (arg === data || arg === val ? join(place, basename(arg)) : arg));
    for (const place of staged) {
      for (const from of [data, val]) {
        cpSync(from, join(place, basename(from)), { recursive: true, dereference: true });
      }
    }
    const [whole, parts, out] = ["whole", "parts", "out"].map((name) => join(root, name));
    const into = ["--parts", parts ?? ""];
    const [one = "", two = "", three = ""] = staged;
    await done([...argsAt(one), "--out", whole ?? ""]);
    await done([...argsAt(one), "--shard", "1/2", ...into]);
    const [folder = ""] = readdirSync(join(three, "val"));
    const [picture = ""] = readdirSync(join(three, "val", folder));
    appendFileSync(join(three, "val", folder, picture), " ");
    await done([...argsAt(three), "--shard", "2/2", "--out", join(root, "resized")]);
    const first = join(parts ?? "", "part-001-of-002");
    await refused(
      ["merge", first, join(root, "resized"), "--out", out ?? ""],
      6,
      /^error\[SHARDS_INCOMPLETE\]: .*expected imageSizes /m,
    );
    await done([...argsAt(two), "--shard", "2/2", ...into]);
    // What was staged for the first part is gone with its task.
    renameSync(one, join(root, "gone"));
    await done(["merge", parts ?? "", "--out", out ?? ""]);
    assertSameResults(out ?? "", whole ?? "");
    // Nothing of it is left but on this machine.
    renameSync(two, join(root, "here"));
    const again = ["merge", parts ?? "", "--out", out ?? "", "--force"];
    await refused(again, 4, /^error\[DATA_NOT_FOUND\]: .*scratch-1/m);
    await refused([...again, "--pool", data], 2, /--pool: expected parts .*, got eval/);
    await done([...again, "--data", data, "--val", val]);
    assertSameResults(out ?? "", whole ?? "");
    // One of them alone: the other is looked for as before.
    await refused([...again, "--data", data], 4, /^error\[DATA_NOT_FOUND\]: .*scratch-1.val/m);
    process.env["SPURIOUS_IMAGENET"] = data;
    process.env["IMAGENET_ROOT"] = val;
    t.after(() => {
      delete process.env["SPURIOUS_IMAGENET"];
      delete process.env["IMAGENET_ROOT"];
    });
    await done(again);
  });

  test("the environment can name the part; --parts alone and several models are refused", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const parts = join(root, "parts");
    process.env["SPURIOUS_NATIVE_SHARD"] = "2/2";
    t.after(() => delete process.env["SPURIOUS_NATIVE_SHARD"]);
    await done([...evalArgs, "--parts", parts]);
    assert.ok(namesIn(parts).includes("part-002-of-002"));
    process.env["SPURIOUS_NATIVE_SHARD"] = "3/2";
    await refused([...evalArgs, "--parts", parts], 2, /SPURIOUS_NATIVE_SHARD: expected i\/n/);
    delete process.env["SPURIOUS_NATIVE_SHARD"];
    await refused([...evalArgs, "--parts", parts], 2, /--parts: expected --shard/);
    const [, model = ""] = evalArgs;
    const two = [...evalArgs, model, "--shard", "1/2", "--parts", parts];
    await refused(two, 2, /--shard, --workers: expected one model beside them, got 2/);
    await refused(
      [...evalArgs, "--shard", "1/2"],
      2,
      /expected --out DIR or --parts DIR, got neither/,
    );
  });
});

describe("pca fit in parts", () => {
  test("merged is the PCA of one run, byte for byte, however many parts there are", async (t) => {
    const root = fileTree(t, []);
    const { fitArgs } = await smallTraining(root);
    const whole = join(root, "whole");
    await done([...fitArgs, "--out", whole]);
    // More parts than classes: some are empty.
    for (const of of [2, 9]) {
      const [parts, out] = [join(root, `parts-${String(of)}`), join(root, `out-${String(of)}`)];
      await inParts(fitArgs, parts, of);
      await done(["merge", parts, "--out", out]);
      assertSameFolders(out, whole);
    }
    const parts = join(root, "parts-2");
    rmSync(join(root, "out-2", "index.json"));
    await done(["merge", parts, "--out", join(root, "out-2")]);
    assertSameFolders(join(root, "out-2"), whole);
    await refused(["merge", parts, "--out", join(root, "out-2")], 2, /^error\[OUTPUT_EXISTS\]/m);
    // Stopped while it replaces another, a merge leaves no index that names the files of both.
    const read = await readAllParts([parts]);
    const signal = AbortSignal.abort();
    const stopped = mergePcas({ parts: read, out: join(root, "out-2"), force: true, signal });
    await assert.rejects(stopped, { code: "CANCELLED", hint: /run the same command again/ });
    assert.ok(!namesIn(join(root, "out-2")).includes("index.json"));
    await done(["merge", parts, "--out", join(root, "out-2")]);
    assertSameFolders(join(root, "out-2"), whole);
    await refused(
      [...fitArgs, "--shard", "1/2", "--parts", parts, "--components", "4"],
      6,
      /^error\[RESUME_MISMATCH\]: going on with a part: .*expected components 4, got 5/m,
    );
    await refused(
      [...fitArgs, "--shard", "1/2", "--parts", parts, "--max-pixels", "99999"],
      6,
      /^error\[RESUME_MISMATCH\]: .*expected maxPixels 99999, got null/m,
    );
  });
});

describe("mine in parts", () => {
  test("merged is the list of one run, byte for byte but for times", async (t) => {
    const root = fileTree(t, []);
    const { pca } = await fitPaintedPca(root);
    const pool = join(root, "pool");
    writePictures(pool, await paintPictures(50));
    const args = ["mine", pca, "--class", "0", "--component", "1,3", "--top", "12", "--pool", pool];
    const tuned = [...args, "--device", "cpu", "--batch", "8"];
    const whole = join(root, "whole");
    await done([...tuned, "--out", whole]);
    const [parts, out] = [join(root, "parts"), join(root, "out")];
    const copy = join(root, "copy");
    cpSync(pool, copy, { recursive: true });
    const elsewhere = tuned.map((arg) => (arg === pool ? copy : arg));
    await done([...elsewhere, "--shard", "3/3", "--parts", parts]);
    await inParts(tuned, parts, 3);
    await refused(
      [...tuned, "--shard", "1/3", "--parts", parts, "--max-pixels", "99999"],
      6,
      /^error\[RESUME_MISMATCH\]: .*expected maxPixels 99999, got null/m,
    );
    // Where the first part has seen it the pool is no more.
    renameSync(pool, join(root, "gone"));
    const moved = join(root, "moved");
    await done(["merge", parts, "--out", moved]);
    assert.deepEqual(namesIn(join(moved, "images")), namesIn(join(whole, "images")));
    // It is nowhere that a part has seen.
    renameSync(copy, join(root, "copy-gone"));
    const told = ["merge", parts, "--out", join(root, "told")];
    await refused(told, 4, /^error\[DATA_NOT_FOUND\]: .*pool/m);
    await refused([...told, "--val", pool], 2, /--val: expected parts .*, got mine/);
    const [here, beside] = [join(root, "gone"), join(root, "copy-gone")];
    await refused(
      [...told, "--pool", here, "--pool", beside],
      2,
      /expected folder, in this order, got folder, folder/,
    );
    await done([...told, "--pool", here]);
    assert.deepEqual(namesIn(join(root, "told/images")), namesIn(join(whole, "images")));
    await done([...told.with(-1, join(root, "bare")), "--pool", here, "--no-copies"]);
    assert.ok(!namesIn(join(root, "bare")).includes("images"));
    renameSync(join(root, "gone"), pool);
    await done(["merge", parts, "--out", out]);
    const [found, expected] = [out, whole].map(folderContent);
    assert.deepEqual([...(found?.keys() ?? [])], [...(expected?.keys() ?? [])]);
    for (const [name, text] of found ?? []) {
      assert.ok(withoutTimes(text) === withoutTimes(expected?.get(name) ?? ""), `${name} differs`);
    }
  });
});

/** Of mine.json, and of the page that shows its provenance. */
function withoutTimes(text: string): string {
  return text
    .replaceAll(/"(seconds|imagesPerSecond|steadyImagesPerSecond)": [^,\n]*/g, "")
    .replaceAll(/<dt>(started|seconds|imagesPerSecond|steadyImagesPerSecond)<\/dt><dd>[^<]*/g, "");
}
