import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decodeImage } from "../../src/images/decode.js";
import { geometryOf } from "../../src/images/geometry.js";
import { preprocessImage } from "../../src/images/preprocess.js";
import { ruleOf } from "../../src/images/presets.js";
import { addon } from "../../src/native/load.js";
import { jsonFixture, readFixture } from "../helpers/fixtures.js";
import { sha256 } from "../helpers/preprocess-reference.js";

/** A tiny file and what Pillow makes of it, written by tools/make_image_variants.py. */
interface Variant {
  readonly file: string;
  readonly note: string;
  readonly raises?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sha256?: string;
}

const { images } = jsonFixture<{ images: Variant[] }>("images/expected.json");

/** Read by Pillow, but in a way that libvips does not share: refused rather than guessed. */
const REFUSED = new Set(["tiff-lab", "tiff-ycbcr", "tiff-float", "tiff-int32"]);

const OPTIONS = { preprocessing: { preset: "paper-v2", size: 8 }, split: "spurious" } as const;

describe("every variant of a format is read as Pillow reads it, or refused", () => {
  for (const { file, note, raises, ...expected } of images) {
    const refused = raises !== undefined || REFUSED.has(file);
    test(`${file} (${note})${refused ? " is refused" : ""}`, async () => {
      const bytes = readFixture(`images/${file}`);
      const decode = decodeImage(bytes, { name: file });
      if (refused) {
        const code = raises === undefined ? /IMAGE_UNSUPPORTED/ : /^IMAGE_/;
        await assert.rejects(decode, { name: "SpuriousError", code, input: file });
        await assert.rejects(preprocessImage({ bytes, name: file }, OPTIONS, addon()), { code });
        return;
      }
      const { pixels, width, height } = await decode;
      assert.deepEqual({ width, height, sha256: sha256(pixels) }, expected);
      // The shorter way that plain JPEG files take gives the same.
      const rule = ruleOf(OPTIONS.preprocessing, OPTIONS.split);
      const resized = await addon().resizeCrop({ pixels, ...geometryOf(width, height, rule) });
      const prepared = await preprocessImage({ bytes, name: file }, OPTIONS, addon());
      assert.ok(Buffer.from(prepared.pixels).equals(resized));
    });
  }
});
