import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import sharp from "sharp";

import { jpegOfWeight, listPictures } from "../../../src/bench/pictures.js";
import { randomBytes } from "../../../src/bench/random-pixels.js";
import { paintScene } from "../../../src/bench/scene.js";
import type { SpuriousError } from "../../../src/errors.js";

describe("pictures of a benchmark", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "spurious-native-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("are the same for the same seed and others for another one", () => {
    const first = paintScene(3, 60, 40);
    assert.equal(first.length, 60 * 40 * 3);
    assert.deepEqual(first, paintScene(3, 60, 40));
    assert.notDeepEqual(first, paintScene(4, 60, 40));
    assert.ok(new Set(first).size > 100, "a picture uses many values");
  });

  test("weigh as much as photographs do", async () => {
    const bytes = await jpegOfWeight(1, 500, 375);
    const { width, height, format } = await sharp(bytes).metadata();
    assert.deepEqual([width, height, format], [500, 375, "jpeg"]);
    assert.ok(bytes.length <= 75_000 && bytes.length > 65_000, String(bytes.length));
  });

  test("are listed in an order that does not depend on the system", async () => {
    const names = ["b/2.jpg", "B/1.JPEG", "a.png", "b/10.jpg", "notes.txt"];
    for (const name of names) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), "");
    }
    const found = await listPictures(folder);
    assert.deepEqual(
      found,
      ["B/1.JPEG", "a.png", "b/10.jpg", "b/2.jpg"].map((name) => join(folder, name)),
    );
  });

  test("a folder without any is refused", async () => {
    await assert.rejects(
      listPictures(join(folder, "nowhere")),
      (error: SpuriousError) => error.code === "DATA_NOT_FOUND",
    );
  });

  test("random bytes are seeded and evenly spread", () => {
    const bytes = randomBytes(100_000, 5);
    assert.deepEqual(bytes, randomBytes(100_000, 5));
    assert.notDeepEqual(bytes, randomBytes(100_000, 6));
    const mean = bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
    assert.ok(Math.abs(mean - 127.5) < 1, String(mean));
    assert.equal(new Set(bytes).size, 256);
  });
});
