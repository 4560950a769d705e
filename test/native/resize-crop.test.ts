import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ResizeCropRequest, ResizeFilter, SimdLevel } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";
import { Random } from "../helpers/random.js";

const FILTERS: readonly ResizeFilter[] = ["bicubic", "bilinear"];
const PICTURES = 120;

/** A resize and crop of a random picture: up or down, any sides, with sides of one pixel too. */
function randomRequest(random: Random): ResizeCropRequest {
  const side = (most: number): number => random.integer(1, random.pick([2, 9, 40, most]));
  const [width, height] = [side(300), side(300)];
  const [resizeWidth, resizeHeight] = [side(260), side(260)];
  const [cropWidth, cropHeight] = [random.integer(1, resizeWidth), random.integer(1, resizeHeight)];
  return {
    pixels: random.bytes(width * height * 3),
    width,
    height,
    resizeWidth,
    resizeHeight,
    cropWidth,
    cropHeight,
    cropLeft: random.integer(0, resizeWidth - cropWidth),
    cropTop: random.integer(0, resizeHeight - cropHeight),
    filter: random.pick(FILTERS),
  };
}

const small: ResizeCropRequest = {
  pixels: new Uint8Array(4 * 3 * 3).fill(7),
  width: 4,
  height: 3,
  resizeWidth: 8,
  resizeHeight: 6,
  cropLeft: 1,
  cropTop: 2,
  cropWidth: 5,
  cropHeight: 3,
  filter: "bicubic",
};

describe("resizeCrop", () => {
  const { simd, simdLevels } = addon().addonInfo();
  for (const level of simdLevels.filter((one) => one !== "scalar")) {
    test(`${level} gives the bytes of scalar, whatever the sizes`, async () => {
      const random = new Random(20240607);
      for (let i = 0; i < PICTURES; i++) {
        const request = randomRequest(random);
        const expected = await addon().resizeCrop({ ...request, simd: "scalar" });
        const got = await addon().resizeCrop({ ...request, simd: level });
        const { pixels, ...shape } = request;
        assert.equal(pixels.length, shape.width * shape.height * 3);
        assert.ok(Buffer.from(got).equals(expected), `picture ${i}: ${JSON.stringify(shape)}`);
      }
    });
  }

  test("scalar can always be asked for, and the best level is one of those that can", () => {
    assert.ok(simdLevels.includes("scalar"));
    assert.ok(simdLevels.includes(simd));
  });

  test("without a level the best one is used", async () => {
    const request = randomRequest(new Random(1));
    assert.deepEqual(
      await addon().resizeCrop(request),
      await addon().resizeCrop({ ...request, simd }),
    );
  });

  test("a crop is a part of the whole resized picture", async () => {
    const request = randomRequest(new Random(2));
    const { resizeWidth, resizeHeight, cropLeft, cropTop, cropWidth, cropHeight } = request;
    const whole = await addon().resizeCrop({
      ...request,
      cropLeft: 0,
      cropTop: 0,
      cropWidth: resizeWidth,
      cropHeight: resizeHeight,
    });
    const part = await addon().resizeCrop(request);
    for (let y = 0; y < cropHeight; y++) {
      const from = ((cropTop + y) * resizeWidth + cropLeft) * 3;
      assert.deepEqual(
        part.subarray(y * cropWidth * 3, (y + 1) * cropWidth * 3),
        whole.subarray(from, from + cropWidth * 3),
      );
    }
  });

  test("one colour stays one colour, and the result has the crop's size", async () => {
    const out = await addon().resizeCrop(small);
    assert.deepEqual(out, new Uint8Array(5 * 3 * 3).fill(7));
  });

  test("a picture of the wanted size comes back as it is", async () => {
    const pixels = new Random(3).bytes(31 * 17 * 3);
    const same = { width: 31, height: 17, resizeWidth: 31, resizeHeight: 17 };
    const all = { cropLeft: 0, cropTop: 0, cropWidth: 31, cropHeight: 17 };
    for (const filter of FILTERS) {
      assert.deepEqual(await addon().resizeCrop({ pixels, ...same, ...all, filter }), pixels);
    }
  });

  test("calls made at once do not mix", async () => {
    const requests = Array.from({ length: 24 }, (_, i) => randomRequest(new Random(100 + i)));
    const alone = [];
    for (const request of requests) alone.push(await addon().resizeCrop(request));
    const together = await Promise.all(requests.map((request) => addon().resizeCrop(request)));
    assert.deepEqual(together, alone);
  });

  for (const [what, wrong] of [
    ["fewer bytes than the picture has", { pixels: new Uint8Array(35) }],
    ["a crop that sticks out", { cropLeft: 4 }],
    ["a picture without height", { height: 0 }],
    ["a negative offset", { cropTop: -1 }],
    ["an unknown filter", { filter: "lanczos" as ResizeFilter }],
    ["an unknown instruction set", { simd: "sse9" as SimdLevel }],
    ["floats instead of bytes", { pixels: new Float32Array(36) as unknown as Uint8Array }],
    ["a side beyond all pictures", { resizeWidth: 2 ** 29 }],
  ] satisfies [string, Partial<ResizeCropRequest>][]) {
    test(`refuses ${what} before it reads memory`, async () => {
      const call = async () => addon().resizeCrop({ ...small, ...wrong });
      await assert.rejects(call, TypeError);
    });
  }
});
