import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decodeImage } from "../../../src/images/decode.js";
import { SpuriousError } from "../../../src/errors.js";
import { jsonFixture, readFixture } from "../../helpers/fixtures.js";
import { Random } from "../../helpers/random.js";

/** What is wrong with a file, in code and words. */
const REFUSALS: readonly (readonly [string, string, RegExp])[] = [
  ["bmp-cut", "IMAGE_TRUNCATED", /expected 5 rows of 24 bytes from byte 54 on, got a file of/],
  ["bmp-cut-header", "IMAGE_TRUNCATED", /expected a whole BMP header/],
  ["bmp-odd-header", "IMAGE_UNREADABLE", /expected a BMP header of 12, 40, .* bytes, got 16/],
  ["bmp-jpeg", "IMAGE_UNSUPPORTED", /got compression 4/],
  ["bmp-2", "IMAGE_UNSUPPORTED", /expected a BMP with 1, 4, 8, 16, 24 or 32 bits a pixel, got 2/],
  ["bmp-32-odd-masks", "IMAGE_UNSUPPORTED", /a known layout of bit fields, got 255, 16711680/],
  ["bmp-no-pixels", "IMAGE_UNREADABLE", /at least one pixel, got 7 x 0/],
  ["bmp-rle8-early-end", "IMAGE_TRUNCATED", /expected 35 pixels in the BMP's runs, got 7/],
  ["bmp-rle4-cut", "IMAGE_TRUNCATED", /expected 35 pixels in the BMP's runs/],
  ["gif-cut", "IMAGE_TRUNCATED", /expected a whole GIF picture/],
  ["gif-cut-palette", "IMAGE_TRUNCATED", /expected a whole GIF picture/],
  ["gif-early-end", "IMAGE_TRUNCATED", /expected a whole GIF picture/],
  ["gif-wild-code", "IMAGE_UNREADABLE", /expected LZW data, got code \d+ before its time/],
  ["gif-no-frame", "IMAGE_UNREADABLE", /expected a GIF frame, got none/],
  ["tiff-lab", "IMAGE_UNSUPPORTED", /got CIELab colours/],
  ["tiff-ycbcr", "IMAGE_UNSUPPORTED", /got YCbCr outside of JPEG compression/],
  ["tiff-float", "IMAGE_UNSUPPORTED", /got samples of 32 bits/],
  ["png-cut", "IMAGE_TRUNCATED", /expected a whole PNG picture/],
  ["jpeg-no-end", "IMAGE_TRUNCATED", /expected a whole JPEG picture/],
  ["jpeg-progressive-cut", "IMAGE_TRUNCATED", /expected a whole JPEG picture/],
];

describe("decodeImage says what is wrong with a file", () => {
  for (const [file, code, message] of REFUSALS) {
    test(`${file}: ${code}`, async () => {
      const name = `folder/${file}`;
      await assert.rejects(decodeImage(readFixture(`images/${file}`), { name }), {
        code,
        message,
        input: name,
      });
    });
  }

  test("every message begins with the file's name", async () => {
    for (const [file] of REFUSALS) {
      const message = new RegExp(`^reading an image: ${file}: expected .*got.+`);
      await assert.rejects(decodeImage(readFixture(`images/${file}`), { name: file }), { message });
    }
  });
});

describe("decodeImage survives damage", () => {
  const files = jsonFixture<{ images: { file: string }[] }>("images/expected.json").images;
  for (const format of ["bmp", "gif", "tiff", "png", "webp", "jpeg"]) {
    test(`${format}: damaged files are read or refused with a code, never anything else`, async () => {
      const random = new Random(format.length * 1000 + format.charCodeAt(0));
      const ofFormat = files.filter(({ file }) => file.startsWith(format));
      for (let i = 0; i < 300; i++) {
        const { file } = random.pick(ofFormat);
        const bytes = Uint8Array.from(readFixture(`images/${file}`));
        for (let n = random.integer(1, 3); n > 0; n--) {
          const at = random.integer(2, Math.min(bytes.length - 1, random.pick([60, 4000])));
          bytes[at] = random.pick([0, 1, 127, 128, 255, random.integer(0, 255)]);
        }
        try {
          const { pixels, width, height } = await decodeImage(bytes, {
            name: file,
            maxPixels: 1e6,
          });
          assert.equal(pixels.length, width * height * 3);
        } catch (error) {
          assert.ok(error instanceof SpuriousError, `${file}, ${i}: ${String(error)}`);
          assert.match(error.code, /^IMAGE_/);
        }
      }
    });
  }
});
