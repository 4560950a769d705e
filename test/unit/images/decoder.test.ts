import assert from "node:assert/strict";
import { test } from "node:test";

import { decoderDescription } from "../../../src/images/decoder.js";

test("the description names every decoder with its version, for the provenance of results", () => {
  const { jpeg, others, simd } = decoderDescription("avx2");
  assert.match(jpeg, /libjpeg-turbo/);
  assert.match(others.sharp, /^\d+\.\d+\.\d+/);
  assert.match(others.vips, /^\d+\.\d+\.\d+/);
  assert.equal(simd, "avx2");
});
