import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import sharp from "sharp";

import type { MineResult } from "../../src/mining/mine-result.js";
import { rankImages, type RankedImage } from "../../src/pca/rank.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import {
  assertSameLists,
  fitPaintedPca,
  listsOf,
  paintPictures,
  type Pictures,
  readJsonFile,
  writePictures,
  writeTars,
} from "../helpers/mining-pool.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const COMPONENTS = [0, 2, 5];

describe("mine", () => {
  const root = temporaryFolder();
  const folder = join(root.path, "pool");
  let pictures: Pictures = {};
  let tars: string[] = [];
  let pca = "";
  let train = "";
  /** Every image of the pool by alpha, of each component: a sort of everything. */
  const sorted = new Map<number, readonly RankedImage[]>();

  before(async () => {
    pictures = await paintPictures(200);
    writePictures(folder, pictures);
    tars = writeTars(join(root.path, "tars"), pictures, 4);
    ({ pca, train } = await fitPaintedPca(root.path));
    for (const component of COMPONENTS) {
      const request = { pca, class: 1, component, top: 1000, least: 0, pool: folder };
      sorted.set(component, (await rankImages(request)).top);
    }
  });
  after(() => root.remove());

  function args(pools: readonly string[], out: string, ...more: string[]): string[] {
    const what = ["mine", pca, "--class", "1", "--component", COMPONENTS.join(), "--device", "cpu"];
    return [...what, "--out", out, ...more, "--pool", ...pools];
  }

  async function mine(t: TestContext, pools: readonly string[], ...more: string[]) {
    const out = join(fileTree(t, []), "mined");
    const answer = await answerOf(args(pools, out, "--json", ...more));
    assert.equal(answer.status, 0, answer.stderr);
    const result = JSON.parse(answer.stdout) as MineResult;
    assert.deepEqual(readJsonFile(join(out, "mine.json")), result);
    return { out, result, stderr: answer.stderr };
  }

  function expectedLists(top: number, keep: (path: string) => boolean = () => true) {
    return COMPONENTS.map((eigenIndex) => ({
      eigenIndex,
      top: (sorted.get(eigenIndex) ?? []).filter(({ path }) => keep(path)).slice(0, top),
    }));
  }

  const withoutTar = (id: string): string => id.slice(id.indexOf("/") + 1);

  test("gives what a sort of all images gives, for every component", async (t) => {
    const { out, result } = await mine(t, [folder], "--top", "30");
    assertSameLists(listsOf(result), expectedLists(30));
    assert.deepEqual(
      result.components[0]?.top.map(({ rank }) => rank),
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    const counts = { pool: 200, excluded: 0, mined: 200, training: 0, skipped: 0 };
    assert.deepEqual(result.counts, counts);
    const names = ["images", "mine.csv", "mine.json", "report.html"];
    assert.deepEqual(readdirSync(out).sort(), names);
    const csv = readFileSync(join(out, "mine.csv"), "utf8").trimEnd().split("\n");
    assert.equal(csv.length, 1 + 3 * 30);
    for (const { top } of result.components) {
      for (const { id, file } of top) {
        assert.ok(file !== null);
        assert.ok(readFileSync(join(out, file)).equals(pictures[id] ?? Buffer.alloc(0)));
      }
    }
    const page = readFileSync(join(out, "report.html"), "utf8");
    assert.equal(page.match(/src="data:image\/webp;base64,/g)?.length, 90);
  });

  test("tar files and lists of paths give what the folder gives", async (t) => {
    const fromTars = await mine(t, tars, "--top", "30");
    assertSameLists(listsOf(fromTars.result, withoutTar), expectedLists(30));
    assert.match(fromTars.result.components[0]?.top[0]?.id ?? "", /^00\d\.tar\/[abc]\/\d{5}\.png$/);
    const { id = "", file } = fromTars.result.components[0]?.top[0] ?? {};
    assert.ok(file !== null && file !== undefined);
    assert.ok(
      readFileSync(join(fromTars.out, file)).equals(pictures[withoutTar(id)] ?? Buffer.alloc(0)),
    );
    const list = join(root.path, "list.txt");
    writeFileSync(
      list,
      `${Object.keys(pictures)
        .reverse()
        .map((id) => `pool/${id}`)
        .join("\r\n")}\n\n`,
    );
    const fromList = await mine(t, [list], "--top", "30");
    assertSameLists(listsOf(fromList.result, withoutTar), expectedLists(30));
    const mixed = await mine(
      t,
      [tars[1] ?? "", folder],
      "--top",
      "30",
      "--near-duplicates",
      "keep",
    );
    assert.equal(mixed.result.counts.pool, 250);
  });

  test("--no-copies: the same lists and page without the images", async (t) => {
    const { out, result } = await mine(t, [folder], "--top", "10", "--no-copies");
    assertSameLists(listsOf(result), expectedLists(10));
    assert.ok(!existsSync(join(out, "images")));
    assert.ok(result.components.every(({ top }) => top.every(({ file }) => file === null)));
    assert.match(readFileSync(join(out, "report.html"), "utf8"), /src="data:image\/webp/);
  });

  test("copies and re-encoded copies are passed over, whatever the order and the pools", async (t) => {
    const best = (sorted.get(0) ?? []).slice(0, 12).map(({ path }) => path);
    const copies: Record<string, Buffer> = {};
    for (const [i, path] of best.entries()) {
      const original = pictures[path] ?? Buffer.alloc(0);
      copies[`copies/z${i}.png`] = original;
      const jpeg = sharp(original).jpeg({ quality: 98, chromaSubsampling: "4:4:4" });
      copies[`copies/y${i}.jpg`] = await jpeg.toBuffer();
    }
    const doubled = writeTars(join(root.path, "doubled"), { ...copies, ...pictures }, 3);
    const { result } = await mine(t, doubled, "--top", "40");
    const backward = await mine(t, [...doubled].reverse(), "--top", "40");
    assertSameLists(listsOf(backward.result), listsOf(result));
    const originalOf = (id: string): string => {
      const [, at] = /^copies\/[yz](\d+)\./.exec(withoutTar(id)) ?? [];
      return at === undefined ? withoutTar(id) : (best[Number(at)] ?? "");
    };
    for (const { top, nearDuplicates, cutShort } of result.components) {
      const originals = top.map(({ id }) => originalOf(id));
      assert.equal(new Set(originals).size, 40, "every picture once");
      assert.equal(cutShort, false);
      for (const { id, of } of nearDuplicates) assert.equal(originalOf(id), originalOf(of));
    }
    // Of a byte-for-byte copy the id decides.
    const kept = await mine(t, doubled, "--top", "40", "--near-duplicates", "keep");
    const originals = kept.result.components[0]?.top.map(({ id }) => originalOf(id)) ?? [];
    assert.ok(new Set(originals).size < 40, "kept when asked");
  });

  test("a pool of one picture a hundred times has a list of one", async (t) => {
    const [picture = Buffer.alloc(0)] = Object.values(pictures);
    const same = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i}.png`, picture]));
    const { result } = await mine(t, writeTars(join(root.path, "same"), same, 2), "--top", "5");
    assert.deepEqual(
      result.components.map(({ top }) => top.map(({ id }) => id)),
      [["000.tar/0.png"], ["000.tar/0.png"], ["000.tar/0.png"]],
    );
  });

  test("a list longer than the pool holds the pool", async (t) => {
    const { result } = await mine(t, [folder], "--top", "5000");
    assertSameLists(listsOf(result), expectedLists(200));
    assert.ok(result.components.every(({ cutShort }) => !cutShort));
  });

  test("excluded ids are not looked at: whole ids, and file names without an ending", async (t) => {
    const [first = "", second = "", third = ""] = (sorted.get(0) ?? []).map(({ path }) => path);
    const stem = /(\d+)\.png$/.exec(second)?.[1] ?? "";
    const file = join(fileTree(t, { "ids.txt": `${first}\r\n${stem}\nnot-there\n` }), "ids.txt");
    const { result } = await mine(t, [folder], "--top", "10", "--exclude", file);
    assertSameLists(
      listsOf(result),
      expectedLists(10, (path) => path !== first && path !== second),
    );
    assert.equal(result.components[0]?.top[0]?.id, third);
    assert.deepEqual([result.counts.excluded, result.counts.mined], [2, 198]);
    // Nothing is left to be planned.
    writeFileSync(file, [...(sorted.get(0) ?? [])].map(({ path }) => path).join("\n"));
    const plan = ["slurm", "plan", "--to", join(root.path, "plan"), "--tasks", "2", "--"];
    const nothing = await answerOf([
      ...plan,
      ...args([folder], join(root.path, "y"), "--exclude", file),
    ]);
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /expected a command that has something to do, got 0 images/);
    const missing = await answerOf(
      args([folder], join(root.path, "x"), "--exclude", "nowhere.txt"),
    );
    assert.equal(missing.status, 4);
    assert.match(missing.stderr, /^error\[DATA_NOT_FOUND\]: reading excluded ids: nowhere\.txt/m);
  });

  test("training images are left out by their bytes, under any name", async (t) => {
    const pool = fileTree(t, {
      "renamed.png": readFileSync(join(train, "1", "001_003.png")),
      "other-class.png": readFileSync(join(train, "0", "000_003.png")),
      "new.png": pictures["c/00000.png"] ?? "",
    });
    const { result } = await mine(t, [pool]);
    assert.deepEqual(result.counts, { pool: 3, excluded: 0, mined: 2, training: 1, skipped: 0 });
    assert.ok(result.components[0]?.top.every(({ id }) => id !== "renamed.png"));
    const wrong = await answerOf(args([pool], join(pool, "out"), "--train", pool));
    assert.equal(wrong.status, 4);
    assert.match(wrong.stderr, /^error\[DATA_NOT_FOUND\]: finding training images/m);
  });

  test("unreadable images are left out and named; the rest is ranked", async (t) => {
    const entries = Object.entries(pictures);
    const broken = {
      "broken/empty.png": Buffer.alloc(0),
      "broken/text.jpg": Buffer.from("no picture"),
      "broken/cut.png": (entries[0]?.[1] ?? Buffer.alloc(0)).subarray(0, 900),
    };
    const some = { ...broken, ...pictures };
    const { result, stderr } = await mine(
      t,
      writeTars(join(root.path, "broken"), some, 2),
      "--top",
      "20",
    );
    assertSameLists(listsOf(result, withoutTar), expectedLists(20));
    assert.deepEqual([result.counts.mined, result.counts.skipped], [200, 3]);
    const codes = new Map(result.skipped.map(({ id, code }) => [withoutTar(id), code]));
    assert.deepEqual([...codes.keys()].sort(), Object.keys(broken).sort());
    assert.equal(codes.get("broken/empty.png"), "IMAGE_UNREADABLE");
    assert.equal(codes.get("broken/text.jpg"), "IMAGE_UNREADABLE");
    // Where in its picture the file is cut decides which of the two it is.
    assert.match(codes.get("broken/cut.png") ?? "", /^IMAGE_(TRUNCATED|UNREADABLE)$/);
    assert.match(stderr, /^warning: reading an image: 00\d\.tar\/broken\/text\.jpg/m);
  });

  test("a tar file that is cut short: the images before the cut, and an error that names it", async (t) => {
    const [first = "", second = ""] = tars;
    const cut = join(fileTree(t, []), "cut.tar");
    writeFileSync(cut, readFileSync(second).subarray(0, readFileSync(second).length / 2));
    const out = join(root.path, "cut");
    t.after(() => rmSync(out, { recursive: true, force: true }));
    const { status, stdout, stderr } = await answerOf(args([first, cut], out, "--json"));
    assert.equal(status, 4);
    assert.match(
      stderr,
      /^error\[ARCHIVE_DAMAGED\]: reading a tar file: \S+cut\.tar: expected an end-of-archive mark, got the file's end at byte \d+/m,
    );
    const result = JSON.parse(stdout) as MineResult;
    assert.equal(result.damaged.length, 1);
    assert.ok(result.counts.mined > 60 && result.counts.mined < 90, String(result.counts.mined));
    const whole = expectedLists(200).map(({ top }) => top.map(({ path }) => path));
    for (const [i, { top }] of result.components.entries()) {
      const ids = new Set(top.map(({ id }) => withoutTar(id)));
      const order = (whole[i] ?? []).filter((path) => ids.has(path));
      assert.deepEqual(
        top.map(({ id }) => withoutTar(id)),
        order,
      );
    }
  });

  test("nothing to mine is an error: an empty folder, list, tar file, or one cut at once", async (t) => {
    const nothing = fileTree(t, { "empty/": "", "none.txt": "\n", "none.tar": Buffer.alloc(1024) });
    for (const name of ["empty", "none.txt", "none.tar"]) {
      const out = join(nothing, "out");
      const { status, stderr } = await answerOf(args([join(nothing, name)], out));
      assert.equal(status, 4);
      assert.match(
        stderr,
        /^error\[DATA_LAYOUT\]: mining a pool: .*: expected at least one picture, got none/m,
      );
      assert.ok(!existsSync(out), "no folder is left");
    }
    writeFileSync(join(nothing, "none.tar"), readFileSync(tars[0] ?? "").subarray(0, 700));
    const cut = await answerOf(args([join(nothing, "none.tar")], join(nothing, "out")));
    assert.equal(cut.status, 4);
    assert.match(cut.stderr, /^error\[ARCHIVE_DAMAGED\]: /m);
  });

  test("what is no pool is refused by what it is", async (t) => {
    const files = fileTree(t, { "a.tar.gz": Buffer.from([0x1f, 0x8b, 8, 0]), "a.bin": "a\0b" });
    for (const [name, code, got] of [
      ["a.tar.gz", "DATA_LAYOUT", "a compressed file"],
      ["a.bin", "DATA_LAYOUT", "a file of another kind"],
      ["nowhere", "DATA_NOT_FOUND", "nothing there"],
    ] as const) {
      const { status, stderr } = await answerOf(args([join(files, name)], join(files, "out")));
      assert.equal(status, 4);
      assert.match(
        stderr,
        new RegExp(`^error\\[${code}\\]: opening (?:images|an image pool): .*got ${got}$`, "m"),
      );
    }
    const twice = await answerOf(args([folder, `${folder}/`], join(files, "out")));
    assert.equal(twice.status, 2);
    for (const [flag, value] of [
      ["--near-duplicates", "65"],
      ["--candidates", "10"],
      ["--component", "6"],
      ["--shard", "3/2"],
    ] as const) {
      const { status, stderr } = await answerOf(args([folder], join(files, "out"), flag, value));
      assert.equal(status, 2, `${flag} ${value}: ${stderr}`);
      assert.match(stderr, /^error\[USAGE_INVALID\]/m);
    }
    assert.ok(!existsSync(join(files, "out")));
  });
});
