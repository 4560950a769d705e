import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decodeWithSharp } from "../../src/images/decode-sharp.js";
import { plainJpegSize } from "../../src/images/jpeg-size.js";
import type { ResizeJpegRequest } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";
import { readFixture } from "../helpers/fixtures.js";
import { Random } from "../helpers/random.js";

const FILES = [
  "images/jpeg-420.jpg",
  "images/jpeg-422-odd.jpg",
  "images/jpeg-444.jpg",
  "images/jpeg-501x333.jpg",
  "images/jpeg-grey.jpg",
  "images/jpeg-q30.jpg",
  "images/jpeg-restart.jpg",
  "images/jpeg-tall.jpg",
  "images/jpeg-tiny.jpg",
  "more/images/jpeg-2000x150.jpg",
  "more/images/jpeg-restart-422-odd.jpg",
];
const CROPS = 6;

function randomRequest(bytes: Uint8Array, random: Random): ResizeJpegRequest {
  const size = plainJpegSize(bytes);
  assert.ok(size);
  const [resizeWidth, resizeHeight] = [random.integer(1, 300), random.integer(1, 300)];
  const [cropWidth, cropHeight] = [random.integer(1, resizeWidth), random.integer(1, resizeHeight)];
  return {
    bytes,
    ...size,
    resizeWidth,
    resizeHeight,
    cropWidth,
    cropHeight,
    cropLeft: random.integer(0, resizeWidth - cropWidth),
    cropTop: random.integer(0, resizeHeight - cropHeight),
    filter: random.pick(["bicubic", "bilinear"]),
  };
}

describe("resizeJpeg", () => {
  const { simdLevels } = addon().addonInfo();
  for (const file of FILES) {
    test(`${file}: every instruction set gives what decoding and resizing apart do`, async () => {
      const random = new Random(file.length);
      const bytes = readFixture(`preprocess/${file}`);
      const { pixels } = await decodeWithSharp(bytes, "jpeg", file, Infinity);
      for (let i = 0; i < CROPS; i++) {
        const request = randomRequest(bytes, random);
        const { bytes: content, ...geometry } = request;
        assert.ok(content.length > 0);
        const expected = await addon().resizeCrop({ pixels, ...geometry, simd: "scalar" });
        for (const simd of simdLevels) {
          const got = await addon().resizeJpeg({ ...request, simd });
          assert.ok(got, `${simd} did not read the file`);
          assert.ok(Buffer.from(got).equals(expected), `${simd}: ${JSON.stringify(geometry)}`);
        }
      }
    });
  }

  const whole = readFixture("preprocess/images/jpeg-444.jpg");
  for (const [what, bytes] of [
    ["a file that ends early", whole.subarray(0, whole.length - 200)],
    ["a progressive file", readFixture("preprocess/images/jpeg-progressive.jpg")],
    ["a CMYK file", readFixture("preprocess/images/jpeg-cmyk.jpg")],
    ["text", Buffer.from("no picture at all")],
    ["nothing", new Uint8Array()],
  ] as const) {
    test(`leaves ${what} to a full decoder`, async () => {
      const request = randomRequest(whole, new Random(5));
      assert.equal(await addon().resizeJpeg({ ...request, bytes }), null);
    });
  }

  test("leaves a file to a full decoder whose header tells another size", async () => {
    const request = randomRequest(whole, new Random(6));
    assert.equal(await addon().resizeJpeg({ ...request, width: request.width + 1 }), null);
  });

  test("random damage is refused or survived, never read past the end", async () => {
    const random = new Random(7);
    const source = readFixture("preprocess/images/jpeg-tiny.jpg");
    const request = randomRequest(source, random);
    for (let i = 0; i < 400; i++) {
      const bytes = Uint8Array.from(source);
      for (let n = random.integer(1, 4); n > 0; n--) {
        bytes[random.integer(2, bytes.length - 1)] = random.integer(0, 255);
      }
      const cut = bytes.subarray(0, random.integer(bytes.length >> 1, bytes.length));
      const got = await addon().resizeJpeg({ ...request, bytes: cut });
      assert.ok(got === null || got.length === request.cropWidth * request.cropHeight * 3);
    }
  });
});
