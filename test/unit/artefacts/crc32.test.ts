import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { crc32, crc32InSlices } from "../../../src/artefacts/crc32.js";
import { Random } from "../../helpers/random.js";

describe("CRC-32", () => {
  for (const [name, sum] of [
    ["Node's, where it has one", crc32],
    ["in slices", crc32InSlices],
  ] as const) {
    test(`${name}: the check value of the standard, and of nothing at all`, () => {
      assert.equal(sum(Buffer.from("123456789")), 0xcbf43926);
      assert.equal(sum(new Uint8Array()), 0);
    });

    test(`${name}: of parts, one after the other, is that of the whole`, () => {
      const random = new Random(1);
      for (const length of [1, 7, 8, 9, 1000]) {
        const bytes = random.bytes(length);
        const cut = random.integer(0, length);
        const parts = sum(bytes.subarray(cut), sum(bytes.subarray(0, cut)));
        assert.equal(parts, sum(bytes), String(length));
      }
    });
  }

  test("both say the same of any bytes", () => {
    const random = new Random(2);
    for (let length = 0; length < 100; length++) {
      const bytes = random.bytes(length);
      assert.equal(crc32InSlices(bytes), crc32(bytes), String(length));
    }
  });
});
