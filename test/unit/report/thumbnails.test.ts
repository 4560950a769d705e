import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import sharp from "sharp";

import { fileSource } from "../../../src/images/read-image.js";
import { evalReport } from "../../../src/report/eval-report.js";
import { chooseReportImages, makeThumbnails } from "../../../src/report/thumbnails.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { benchmarkRows } from "../../helpers/benchmark-rows.js";
import { fileTree } from "../../helpers/file-tree.js";
import { fixture, readFixture } from "../../helpers/fixtures.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf, row } from "../../helpers/rows.js";

const VAL = "eval/data/imagenet/val/n01440764";
const PHOTOGRAPH = `${VAL}/ILSVRC2012_val_00000097.JPEG`;

async function sizeOf(thumbnail: string | null): Promise<[number, number]> {
  assert.ok(thumbnail !== null);
  assert.match(thumbnail, /^data:image\/webp;base64,/);
  const bytes = Buffer.from(thumbnail.slice("data:image/webp;base64,".length), "base64");
  const { width, height, format } = await sharp(bytes).metadata();
  assert.equal(format, "webp");
  return [width, height];
}

describe("chooseReportImages", () => {
  test("takes the surest spurious and the least sure val images of each class", () => {
    const rows = randomRows(new Random(2), [0, 94], 20, 30);
    const chosen = chooseReportImages(resultOf(rows), rows, 3);
    for (const index of [0, 94]) {
      const of = (split: string, from: readonly ImageRow[]): number[] =>
        from.filter((one) => one.class === index && one.split === split).map(({ p }) => p);
      const ascending = (ps: number[]): number[] => ps.sort((a, b) => a - b);
      assert.deepEqual(of("val", chosen), ascending(of("val", rows)).slice(0, 3));
      assert.deepEqual(of("spurious", chosen), ascending(of("spurious", rows)).slice(-3).reverse());
    }
  });

  test("takes nothing of classes without a score, and all where there are few", () => {
    const rows = randomRows(new Random(2), [0, 94], 2, 3);
    const scored = resultOf(rows.filter((one) => one.class === 0));
    const chosen = chooseReportImages(scored, rows);
    assert.equal(chosen.length, 5);
    assert.ok(chosen.every((one) => one.class === 0));
  });
});

describe("makeThumbnails", () => {
  test("crops validation images to a square and leaves spurious ones whole", async (t) => {
    const wide = await sharp({
      create: { width: 400, height: 200, channels: 3, background: "#336699" },
    })
      .png()
      .toBuffer();
    const root = fileTree(t, { "wide.png": wide });
    const val = row({ path: "wide.png" });
    const spurious = row({ path: "wide.png", split: "spurious" });
    const images = await makeThumbnails([val, spurious], ({ path }) =>
      fileSource(join(root, path)),
    );
    assert.deepEqual(await sizeOf(images.thumbnailOf(val)), [192, 192]);
    assert.deepEqual(await sizeOf(images.thumbnailOf(spurious)), [192, 96]);
  });

  test("has none for an image that is damaged, empty, missing or no image", async (t) => {
    const photograph = readFixture(PHOTOGRAPH);
    const root = fileTree(t, {
      "whole.jpg": photograph,
      "cut.jpg": photograph.subarray(0, photograph.length / 2),
      "empty.jpg": "",
      "text.jpg": "not an image",
    });
    const names = ["whole.jpg", "cut.jpg", "empty.jpg", "text.jpg", "missing.jpg"];
    const rows = names.map((path) => row({ path }));
    const images = await makeThumbnails(rows, ({ path }) => fileSource(join(root, path)));
    const [whole, ...others] = rows.map((one) => images.thumbnailOf(one));
    assert.equal((await sizeOf(whole ?? null))[0], 192);
    assert.deepEqual(others, [null, null, null, null]);
    assert.equal(images.thumbnailOf(row({ path: "not asked for.jpg" })), null);
  });

  test("reads every kind of picture that is scored", async () => {
    const folder = fixture("preprocess/images");
    const kinds = readdirSync(folder).filter((name) => /\.(bmp|gif|tiff?|webp|png)$/i.test(name));
    assert.ok(kinds.length > 4);
    const rows = kinds.map((path) => row({ path, split: "spurious" }));
    const images = await makeThumbnails(rows, ({ path }) => fileSource(join(folder, path)));
    for (const one of rows) assert.ok(images.thumbnailOf(one), one.path);
  });

  test("is stopped by its signal", async () => {
    const chosen = [row({ path: PHOTOGRAPH })];
    await assert.rejects(
      makeThumbnails(chosen, ({ path }) => fileSource(fixture(path)), AbortSignal.abort()),
      { code: "CANCELLED" },
    );
  });
});

test("a page of the whole benchmark is below 15 MB even if every picture is noise", async (t) => {
  const root = fileTree(t, []);
  const random = new Random(1);
  const files = await Promise.all(
    Array.from({ length: 4 }, async (_, i) => {
      const raw = { width: 256, height: 256, channels: 3 as const };
      const file = join(root, `noise-${i}.jpg`);
      const noise = random.bytes(256 * 256 * 3);
      writeFileSync(file, await sharp(noise, { raw }).jpeg({ quality: 95 }).toBuffer());
      return file;
    }),
  );
  const rows = benchmarkRows();
  const result = resultOf(rows);
  const chosen = chooseReportImages(result, rows);
  assert.equal(chosen.length, 1600);
  const images = await makeThumbnails(chosen, () => fileSource(random.pick(files)));
  const page = evalReport(result, rows, images);
  assert.equal(page.split("<img ").length - 1, 1600);
  assert.ok(page.length < 15_000_000, `${page.length} bytes`);
});
