import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { preprocessImage } from "../../src/images/preprocess.js";
import { addon } from "../../src/native/load.js";
import { fixture, readFixture } from "../helpers/fixtures.js";
import { parseNpy } from "../helpers/npy.js";
import {
  optionsOf,
  REFERENCE_SETS,
  type ReferencePixels,
  sha256,
} from "../helpers/preprocess-reference.js";

describe("pixels are the original's, every one of them", () => {
  let compared = 0;
  for (const { folder, images, expected } of REFERENCE_SETS) {
    for (const { file } of images) {
      test(file, async () => {
        const wanted = expected.filter((entry) => entry.file === file);
        assert.ok(wanted.length > 0);
        for (const entry of wanted) {
          const image = await preprocessImage(
            fixture(`${folder}/${file}`),
            optionsOf(entry),
            addon(),
          );
          const what = `${entry.transform} ${entry.interpolation} ${entry.size}`;
          const got = { shape: [image.height, image.width, 3], sha256: sha256(image.pixels) };
          assert.deepEqual(got, { shape: entry.shape, sha256: entry.sha256 }, what);
          compared += 1;
        }
      });
    }
  }

  test("no entry of the reference was left out", () => {
    assert.equal(
      compared,
      REFERENCE_SETS.reduce((sum, { expected }) => sum + expected.length, 0),
    );
    assert.equal(compared, 620);
  });
});

describe("whole arrays, to see where a difference lies", () => {
  for (const [name, extension] of [
    ["jpeg-420.no_crop.bicubic.160", "jpg"],
    ["jpeg-420.test.bicubic.224", "jpg"],
    ["jpeg-422-odd.no_crop.bilinear.160", "jpg"],
    ["jpeg-cmyk.test.bilinear.160", "jpg"],
    ["jpeg-large.test.bicubic.160", "jpg"],
    ["jpeg-tall.test.bicubic.160", "jpg"],
    ["jpeg-tiny.test.bicubic.160", "jpg"],
    ["png-rgba.test.bicubic.160", "png"],
  ] as const) {
    test(name, async () => {
      const [file = "", transform, interpolation, size] = name.split(".");
      const entry = { transform, interpolation, size: Number(size) } as ReferencePixels;
      const image = await preprocessImage(
        fixture(`preprocess/images/${file}.${extension}`),
        optionsOf(entry),
        addon(),
      );
      const { shape, data } = parseNpy(readFixture(`preprocess/${name}.npy`));
      assert.deepEqual([image.height, image.width, 3], shape);
      const at = image.pixels.findIndex((value, i) => value !== data[i]);
      assert.equal(at, -1, `byte ${at}: expected ${data[at]}, got ${image.pixels[at]}`);
    });
  }
});

test("a file's content and its path give the same pixels", async () => {
  const path = fixture("preprocess/images/jpeg-progressive.jpg");
  const options = optionsOf({ transform: "test", interpolation: "bicubic", size: 160 });
  const bytes = readFixture("preprocess/images/jpeg-progressive.jpg");
  assert.deepEqual(
    await preprocessImage({ bytes, name: "from memory" }, options, addon()),
    await preprocessImage(path, options, addon()),
  );
});
