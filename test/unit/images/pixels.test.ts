import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import sharp from "sharp";

import { pixels, type PixelsOptions } from "../../../src/images/pixels.js";
import { preprocessImage } from "../../../src/images/preprocess.js";
import { addon } from "../../../src/native/load.js";
import { fileTree } from "../../helpers/file-tree.js";
import { fixture } from "../../helpers/fixtures.js";
import { sha256 } from "../../helpers/preprocess-reference.js";

const OPTIONS: PixelsOptions = {
  preprocessing: { preset: "paper-v2", size: 24 },
  split: "spurious",
};
const PATHS = ["jpeg-420.jpg", "png-rgba.png", "gif.gif"].map((name) =>
  fixture(`preprocess/images/${name}`),
);

describe("pixels", () => {
  test("describes what a model is given, in the order of the paths", async () => {
    const rows = await pixels(PATHS, OPTIONS, addon());
    for (const [i, path] of PATHS.entries()) {
      const { pixels: bytes, width, height } = await preprocessImage(path, OPTIONS, addon());
      assert.deepEqual(rows[i], { path, width, height, sha256: sha256(bytes) });
    }
  });

  test("writes the very pixels as PNG, into a folder that it makes", async (t) => {
    const to = join(fileTree(t, []), "new/folder");
    const [row] = await pixels(PATHS.slice(0, 1), { ...OPTIONS, to }, addon());
    const { data, info } = await sharp(join(to, "jpeg-420.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [row?.width, row?.height, 3]);
    assert.equal(sha256(data), row?.sha256);
  });

  test("pictures of one name in several folders get names of their own", async (t) => {
    const to = fileTree(t, []);
    const twice = [PATHS[0], PATHS[0]] as string[];
    await pixels(twice, { ...OPTIONS, to }, addon());
    assert.deepEqual(readdirSync(to).sort(), ["jpeg-420-2.png", "jpeg-420.png"]);
  });

  test("overwrites nothing, and writes nothing when one of the files is there", async (t) => {
    const to = fileTree(t, ["png-rgba.png"]);
    await assert.rejects(pixels(PATHS, { ...OPTIONS, to }, addon()), {
      code: "OUTPUT_EXISTS",
      input: join(to, "png-rgba.png"),
    });
    assert.deepEqual(readdirSync(to), ["png-rgba.png"]);
  });

  test("a folder that cannot be made is an error", async (t) => {
    const root = fileTree(t, ["file"]);
    await assert.rejects(pixels(PATHS, { ...OPTIONS, to: join(root, "file/x") }, addon()), {
      code: "OUTPUT_WRITE_FAILED",
    });
  });

  test("the first picture that cannot be read is named, however many there are", async (t) => {
    const root = fileTree(t, []);
    mkdirSync(join(root, "out"));
    const broken = ["b.jpg", "a.jpg"].map((name) => join(root, name));
    for (const path of broken) writeFileSync(path, "no picture");
    await assert.rejects(pixels([...PATHS, ...broken], OPTIONS, addon()), {
      code: "IMAGE_UNREADABLE",
      input: broken[0],
    });
    assert.ok(existsSync(root));
  });
});
