import assert from "node:assert/strict";
import { describe, test } from "node:test";
import sharp from "sharp";

import { distinctImages } from "../../../src/mining/near-duplicates.js";
import { hashDistance, perceptualHash } from "../../../src/mining/perceptual-hash.js";
import { Random } from "../../helpers/random.js";

/** Pixels from a function of place, grey. */
function picture(width: number, height: number, luma: (x: number, y: number) => number) {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    pixels.fill(luma(i % width, Math.floor(i / width)), 3 * i, 3 * i + 3);
  }
  return { pixels, width, height };
}

/** Smooth, as photographs are: waves of random direction. */
function waves(seed: number, size: number) {
  const random = new Random(seed);
  const parts = Array.from({ length: 8 }, () => [
    random.next() * 10,
    random.next() * 10,
    random.next() * 7,
  ]);
  return picture(size, size, (x, y) => {
    const sum = parts.reduce(
      (total, [a = 0, b = 0, c = 0]) => total + Math.sin((a * x + b * y) / size + c),
      0,
    );
    return 128 + 15 * sum;
  });
}

describe("perceptualHash", () => {
  test("is one bit for every pair of neighbours: the left one lighter", () => {
    assert.equal(perceptualHash(picture(90, 80, (x) => 200 - x)), "f".repeat(16));
    assert.equal(perceptualHash(picture(90, 80, (x) => x)), "0".repeat(16));
    // Cells of 10 x 10: dark and light ones in turn, the other way round in every second row.
    const board = picture(90, 80, (x, y) =>
      (Math.floor(x / 10) + Math.floor(y / 10)) % 2 === 0 ? 200 : 50,
    );
    assert.equal(perceptualHash(board), "aa55".repeat(4));
  });

  test("weighs colours as luma does", () => {
    const image = picture(90, 80, () => 0);
    for (let y = 0; y < 80; y++) {
      for (let x = 0; x < 90; x++) image.pixels[(y * 90 + x) * 3 + (x < 10 ? 1 : 2)] = 255;
    }
    assert.equal(perceptualHash(image), "80".repeat(8));
  });

  test("changes little when a picture is scaled or compressed anew, much for another one", async () => {
    for (let seed = 0; seed < 30; seed++) {
      const image = waves(seed, 224);
      const hash = perceptualHash(image);
      const raw = { width: 224, height: 224, channels: 3 } as const;
      const jpeg = await sharp(image.pixels, { raw }).jpeg({ quality: 60 }).toBuffer();
      const scaled = await sharp(jpeg).resize(160, 160).raw().toBuffer();
      const again = perceptualHash({ pixels: scaled, width: 160, height: 160 });
      assert.ok(hashDistance(hash, again) <= 4, `seed ${seed}: ${hashDistance(hash, again)}`);
      assert.ok(hashDistance(hash, perceptualHash(waves(seed + 100, 224))) > 4);
    }
  });
});

describe("hashDistance", () => {
  test("counts the bits that differ", () => {
    const random = new Random(3);
    const digits = (): string => Buffer.from(random.bytes(8)).toString("hex");
    assert.equal(hashDistance("0".repeat(16), "f".repeat(16)), 64);
    for (let round = 0; round < 200; round++) {
      const [a, b] = [digits(), digits()];
      const bits = (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll("0", "").length;
      assert.equal(hashDistance(a, b), bits);
    }
  });
});

describe("distinctImages", () => {
  const one = (id: string, hash: string) => ({ id, pool: 0, alpha: 1, probability: 1, hash });
  // b is near a, c is near b and not near a.
  const chain = [
    one("a", "0000000000000000"),
    one("b", "0000000000000007"),
    one("c", "000000000000003f"),
    one("d", "ffffffffffffffff"),
  ];

  test("passes over what is near an image taken, and says which one; not what is near those", () => {
    const { top, dropped } = distinctImages(chain, 10, 4);
    assert.deepEqual(
      top.map(({ id }) => id),
      ["a", "c", "d"],
    );
    assert.deepEqual(dropped, [{ id: "b", alpha: 1, of: "a", distance: 3 }]);
  });

  test("the largest distance belongs to it; null keeps all; the list ends at its length", () => {
    assert.equal(distinctImages(chain, 10, 3).top.length, 3);
    assert.equal(distinctImages(chain, 10, 2).top.length, 4);
    assert.equal(distinctImages(chain, 10, null).top.length, 4);
    assert.deepEqual(distinctImages(chain, 1, 4), { top: [chain[0]], dropped: [] });
  });
});
