import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sniffFormat } from "../../../src/images/format.js";
import { readFixture } from "../../helpers/fixtures.js";
import { REFERENCE_SETS } from "../../helpers/preprocess-reference.js";

function bytes(text: string): Buffer {
  return Buffer.from(text.padEnd(600, "\x01"), "latin1");
}

describe("sniffFormat", () => {
  for (const { folder, images } of REFERENCE_SETS) {
    for (const picture of images) {
      const { file, format } = picture as typeof picture & { format: string };
      test(`${file} is ${format} by its content`, () => {
        assert.equal(sniffFormat(readFixture(`${folder}/${file}`), file), format.toLowerCase());
      });
    }
  }

  test("BigTIFF is TIFF too", () => {
    assert.equal(sniffFormat(bytes("II+\0"), "x"), "tiff");
    assert.equal(sniffFormat(bytes("MM\0+"), "x"), "tiff");
  });

  for (const [start, what] of [
    ["\0\0\0\x20ftypavif", "an AVIF picture"],
    ["\0\0\0\x20ftypheic", "a HEIC picture"],
    ["\0\0\0\x0CjP  ", "a JPEG 2000 picture"],
    ["\xFF\x0A", "a JPEG XL picture"],
    ["P6\n2 2\n", "a Netpbm picture"],
    ["<svg xmlns", "an SVG picture"],
    ['<?xml version="1.0"?>\n<svg', "an SVG picture"],
    ["\x76\x2F\x31\x01", "an OpenEXR picture"],
  ] as const) {
    test(`${what} is a picture of a format that is not read`, () => {
      assert.throws(() => sniffFormat(bytes(start), "a.jpg"), {
        code: "IMAGE_UNSUPPORTED",
        message: `reading an image: a.jpg: expected a JPEG, PNG, WebP, GIF, BMP or TIFF file, got ${what}`,
        input: "a.jpg",
      });
    });
  }

  for (const [content, what] of [
    [Buffer.alloc(0), "an empty file"],
    [Buffer.from("RIFF"), "a text file"],
    [Buffer.alloc(20), "a file that begins with zeros"],
    [bytes("<!DOCTYPE html><p>404"), "an HTML page"],
    [bytes("%PDF-1.4"), "a PDF document"],
    [bytes("PK\x03\x04"), "a ZIP archive"],
    [Buffer.from("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer"],
    [bytes("\0\0\0\x20ftypisom"), "an MP4 or QuickTime film"],
    [Buffer.concat([Buffer.alloc(257, 1), Buffer.from("ustar")]), "a tar archive"],
    [Buffer.from([1, 2, 3, 0xfe]), "an unknown file that begins with the bytes 010203fe"],
  ] as const) {
    test(`${what} is no picture`, () => {
      assert.throws(() => sniffFormat(content, "a.jpg"), {
        code: "IMAGE_UNREADABLE",
        message: new RegExp(`got ${what}`),
      });
    });
  }
});
