import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { decodeImage } from "../../src/images/decode.js";
import { geometryOf } from "../../src/images/geometry.js";
import { preprocessImage } from "../../src/images/preprocess.js";
import { ruleOf } from "../../src/images/presets.js";
import { addon } from "../../src/native/load.js";
import { jsonFixture, readFixture } from "../helpers/fixtures.js";
import { optionsOf, REFERENCE_SETS, sha256 } from "../helpers/preprocess-reference.js";

describe("decoded pictures are Pillow's, every pixel", () => {
  for (const { folder, images } of REFERENCE_SETS) {
    for (const { file, width, height, decodedSha256 } of images) {
      test(file, async () => {
        const decoded = await decodeImage(readFixture(`${folder}/${file}`), { name: file });
        assert.deepEqual([decoded.width, decoded.height], [width, height]);
        assert.equal(sha256(decoded.pixels), decodedSha256);
      });
    }
  }
});

/** What Pillow does with files that are damaged, and the code that says so here. */
interface PillowSays {
  readonly opens: boolean;
  readonly width?: number;
  readonly height?: number;
  readonly decodedSha256?: string;
}
const pillow = jsonFixture<Record<string, PillowSays>>("preprocess/more/broken.json");
const CODES: Readonly<Record<string, string>> = {
  "empty.jpg": "IMAGE_UNREADABLE",
  "text.jpg": "IMAGE_UNREADABLE",
  "truncated.jpg": "IMAGE_TRUNCATED",
  "truncated.png": "IMAGE_TRUNCATED",
};

describe("broken files: refused exactly where Pillow refuses", () => {
  for (const [file, { opens, width, height, decodedSha256 }] of Object.entries(pillow)) {
    test(`${file}: ${opens ? "opens, as damage is forgiven" : (CODES[file] ?? "")}`, async () => {
      const bytes = readFixture(`preprocess/broken/${file}`);
      const decode = decodeImage(bytes, { name: file });
      const options = optionsOf({ transform: "test", interpolation: "bicubic", size: 160 });
      if (opens) {
        const decoded = await decode;
        assert.deepEqual([decoded.width, decoded.height], [width, height]);
        assert.equal(sha256(decoded.pixels), decodedSha256);
        const rule = ruleOf(options.preprocessing, options.split);
        const geometry = geometryOf(decoded.width, decoded.height, rule);
        const resized = await addon().resizeCrop({ pixels: decoded.pixels, ...geometry });
        const image = await preprocessImage({ bytes, name: file }, options, addon());
        assert.ok(Buffer.from(image.pixels).equals(resized), "another decoder let it pass");
        return;
      }
      const refusal = { name: "SpuriousError", code: CODES[file], input: file };
      await assert.rejects(decode, refusal);
      await assert.rejects(preprocessImage({ bytes, name: file }, options, addon()), refusal);
    });
  }
});
