import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { geometryOf } from "../../../src/images/geometry.js";

const filter = "bicubic";

/** Resized size and crop, as numbers. */
function sides(width: number, height: number, shorterSide: number, crop: number | null): number[] {
  const { resizeWidth, resizeHeight, cropLeft, cropTop, cropWidth, cropHeight } = geometryOf(
    width,
    height,
    { shorterSide, crop, filter },
  );
  return [resizeWidth, resizeHeight, cropLeft, cropTop, cropWidth, cropHeight];
}

describe("geometryOf", () => {
  test("resizes the shorter side and cuts the longer one to a whole number", () => {
    assert.deepEqual(sides(500, 333, 256, 224), [384, 256, 80, 16, 224, 224]);
    assert.deepEqual(sides(333, 500, 256, 224), [256, 384, 16, 80, 224, 224]);
    assert.deepEqual(sides(100, 67, 50, null), [74, 50, 0, 0, 74, 50]);
    assert.deepEqual(sides(300, 300, 182, 160), [182, 182, 11, 11, 160, 160]);
  });

  test("offsets that end in a half go to the even number, as Python rounds", () => {
    // (183 - 160) / 2 = 11.5 -> 12; (185 - 160) / 2 = 12.5 -> 12
    assert.deepEqual(sides(183, 185, 183, 160).slice(2, 4), [12, 12]);
    assert.deepEqual(sides(185, 183, 183, 160).slice(2, 4), [12, 12]);
    // (161 - 160) / 2 = 0.5 -> 0
    assert.deepEqual(sides(161, 161, 161, 160).slice(2, 4), [0, 0]);
  });

  test("extreme shapes keep at least the crop", () => {
    assert.deepEqual(sides(3, 500, 182, 160), [182, 30333, 11, 15086, 160, 160]);
    assert.deepEqual(sides(1, 1, 16, 16), [16, 16, 0, 0, 16, 16]);
  });
});
