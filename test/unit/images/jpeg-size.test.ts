import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { plainJpegSize } from "../../../src/images/jpeg-size.js";
import { readFixture } from "../../helpers/fixtures.js";

describe("plainJpegSize", () => {
  test("finds the size behind comments, profiles and fill bytes", () => {
    const icc = readFixture("preprocess/images/jpeg-icc-srgb.jpg");
    assert.deepEqual(plainJpegSize(icc), { width: 360, height: 300 });
    const filled = Buffer.concat([icc.subarray(0, 2), Buffer.from([0xff, 0xff]), icc.subarray(2)]);
    assert.deepEqual(plainJpegSize(filled), { width: 360, height: 300 });
  });

  test("leaves progressive files to another decoder", () => {
    assert.equal(plainJpegSize(readFixture("preprocess/images/jpeg-progressive.jpg")), null);
  });

  test("says nothing about files that end early or hold something else", () => {
    const whole = readFixture("preprocess/images/jpeg-420.jpg");
    for (const length of [0, 2, 3, 10, 40]) {
      assert.equal(plainJpegSize(whole.subarray(0, length)), null, `${length} bytes`);
    }
    assert.equal(plainJpegSize(Buffer.from("text that is none")), null);
    assert.equal(plainJpegSize(Buffer.from([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 0, 0, 5])), null);
  });
});
