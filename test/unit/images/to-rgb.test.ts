import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  cmykToRgb,
  dropAlpha,
  grey16ToRgb,
  greyToRgb,
  paletteToRgb,
} from "../../../src/images/to-rgb.js";

describe("conversions to RGB are Pillow's", () => {
  test("grey three times, whatever lies behind it", () => {
    assert.deepEqual(greyToRgb([5, 255], 1), Uint8Array.of(5, 5, 5, 255, 255, 255));
    assert.deepEqual(greyToRgb([5, 99, 7, 98], 2), Uint8Array.of(5, 5, 5, 7, 7, 7));
  });

  test("16-bit grey is clipped at 255, not scaled", () => {
    const words = new Uint16Array([0, 255, 256, 65535]);
    const rgb = grey16ToRgb(new Uint8Array(words.buffer), 1);
    assert.deepEqual([...rgb], [0, 0, 0, ...Array<number>(9).fill(255)]);
  });

  test("alpha is dropped, not blended", () => {
    assert.deepEqual(
      dropAlpha(Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 9), 4),
      Uint8Array.of(1, 2, 3, 4, 5, 6),
    );
  });

  test("CMYK: every pair of ink and black, as the formula that Pillow rounds by", () => {
    const samples: number[] = [];
    const expected: number[] = [];
    for (let ink = 0; ink < 256; ink += 5) {
      for (let black = 0; black < 256; black += 3) {
        samples.push(ink, 255 - ink, 0, black);
        const light = 255 - black;
        // a * b / 255 to the nearest; Pillow's shifts give just that for bytes.
        const shade = (value: number): number => light - Math.round((value * light) / 255);
        expected.push(shade(ink), shade(255 - ink), light);
      }
    }
    assert.deepEqual([...cmykToRgb(Uint8Array.from(samples))], expected);
  });

  test("indices past the palette's end are black", () => {
    const palette = Uint8Array.of(1, 2, 3, 4, 5, 6);
    assert.deepEqual(
      paletteToRgb(Uint8Array.of(1, 0, 2), palette),
      Uint8Array.of(4, 5, 6, 1, 2, 3, 0, 0, 0),
    );
  });
});
