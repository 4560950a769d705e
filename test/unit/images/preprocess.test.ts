import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";

import { preprocessImage } from "../../../src/images/preprocess.js";
import { addon } from "../../../src/native/load.js";
import { fixture } from "../../helpers/fixtures.js";
import { REFERENCE_SETS } from "../../helpers/preprocess-reference.js";

const OPTIONS = { preprocessing: { preset: "paper-v2", size: 32 }, split: "val" } as const;

/** A file of every way to decode. */
const FILES = [
  "jpeg-420.jpg",
  "jpeg-progressive.jpg",
  "png-rgb.png",
  "gif.gif",
  "bmp.bmp",
  "webp-lossy.webp",
  "tiff-lzw.tif",
];

describe("preprocessImage", () => {
  for (const file of FILES) {
    test(`${file}: the limit on pixels is kept before anything is decoded`, async () => {
      const path = fixture(`preprocess/images/${file}`);
      const size = REFERENCE_SETS[0]?.images.find((one) => one.file === file);
      const pixels = (size?.width ?? NaN) * (size?.height ?? NaN);
      const image = await preprocessImage(path, { ...OPTIONS, maxPixels: pixels }, addon());
      assert.deepEqual([image.width, image.height], [32, 32]);
      assert.equal(image.pixels.length, 32 * 32 * 3);
      await assert.rejects(preprocessImage(path, { ...OPTIONS, maxPixels: pixels - 1 }, addon()), {
        code: "IMAGE_TOO_LARGE",
        message: new RegExp(`expected at most ${pixels - 1} pixels`),
        input: path,
      });
    });
  }

  test("a header that promises a giant is refused without memory for it", async () => {
    const bytes = Buffer.alloc(60);
    bytes.write("BM");
    bytes.writeUInt32LE(40, 14);
    bytes.writeInt32LE(100_000, 18);
    bytes.writeInt32LE(100_000, 22);
    bytes.writeUInt16LE(24, 28);
    await assert.rejects(preprocessImage({ bytes, name: "bomb.bmp" }, OPTIONS, addon()), {
      code: "IMAGE_TOO_LARGE",
      message: /100000 x 100000/,
    });
  });

  for (const [side, split] of [
    [60_000, "spurious"],
    [1_100_000, "val"],
  ] as const) {
    test(`a strip of 1 x ${side} that a resize makes gigabytes of is refused (${split})`, async () => {
      const bytes = await sharp({
        create: { width: 1, height: side, channels: 3, background: "red" },
        limitInputPixels: false,
      })
        .png({ compressionLevel: 1 })
        .toBuffer();
      const options = { preprocessing: { preset: "paper-v2", size: 224 }, split } as const;
      await assert.rejects(preprocessImage({ bytes, name: "strip.png" }, options, addon()), {
        code: "IMAGE_TOO_LARGE",
        input: "strip.png",
        message: new RegExp(`pixels after the resize, got .* from 1 x ${side}$`),
      });
    });
  }

  test("spurious images keep their shape", async () => {
    const path = fixture("preprocess/images/jpeg-420.jpg");
    const { width, height } = await preprocessImage(
      path,
      { ...OPTIONS, split: "spurious" },
      addon(),
    );
    assert.deepEqual([width, height], [42, 32]);
  });
});
