import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { checkSize, DEFAULT_MAX_PIXELS, imageError } from "../../../src/images/decoded-image.js";

describe("checkSize", () => {
  test("the limit itself is allowed, one row more is not", () => {
    checkSize("a", 1000, 10, 10_000);
    assert.throws(() => checkSize("a.png", 1000, 11, 10_000), {
      code: "IMAGE_TOO_LARGE",
      message: "reading an image: a.png: expected at most 10000 pixels, got 1000 x 11 = 11000",
      hint: /--max-pixels/,
    });
  });

  test("the default is the limit from which Pillow refuses decompression bombs", () => {
    checkSize("a", DEFAULT_MAX_PIXELS, 1, DEFAULT_MAX_PIXELS);
    assert.equal(DEFAULT_MAX_PIXELS, 2 * Math.floor(1024 ** 3 / 4 / 3));
  });

  for (const [width, height] of [
    [0, 5],
    [5, 0],
    [NaN, 5],
  ] as const) {
    test(`${width} x ${height} is no picture`, () => {
      assert.throws(() => checkSize("a", width, height, 100), { code: "IMAGE_UNREADABLE" });
    });
  }
});

test("imageError names the file in message and input", () => {
  const error = imageError("IMAGE_TRUNCATED", "a.jpg", "expected x, got y");
  assert.equal(error.message, "reading an image: a.jpg: expected x, got y");
  assert.equal(error.input, "a.jpg");
});
