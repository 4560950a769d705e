import type { PreparedImage } from "../images/preprocess.js";

/** Cells that the picture is divided into: 8 x 8 pairs of neighbours. */
const ACROSS = 9;
const DOWN = 8;

/** Samples along each side of a cell; more change no bit that is not a matter of noise. */
const SAMPLES = 8;

/**
 * The difference hash ("dHash") of a picture: the mean luma of 9 x 8 cells, one bit for every pair
 * of cells beside each other, 1 where the left one is lighter. Copies that were scaled or compressed
 * anew differ in a few of the 64 bits, other pictures in about half of them. Krawetz, "Kind of Like
 * That" (2013).
 *
 * Taken of what the model is given, which is decoded, scaled and cropped already.
 * @returns 16 hexadecimal digits, row by row
 */
export function perceptualHash({ pixels, width, height }: PreparedImage): string {
  let digits = "";
  for (let row = 0; row < DOWN; row++) {
    let byte = 0;
    let left = 0;
    for (let column = 0; column < ACROSS; column++) {
      const luma = cellLuma(pixels, width, height, column, row);
      if (column > 0) byte = (byte << 1) | (left > luma ? 1 : 0);
      left = luma;
    }
    digits += byte.toString(16).padStart(2, "0");
  }
  return digits;
}

/** Of a cell: the sum over its samples, which are as many in every cell. */
function cellLuma(
  pixels: Uint8Array,
  width: number,
  height: number,
  column: number,
  row: number,
): number {
  let sum = 0;
  for (let j = 0; j < SAMPLES; j++) {
    const y = Math.floor(((row + (j + 0.5) / SAMPLES) / DOWN) * height);
    for (let i = 0; i < SAMPLES; i++) {
      const x = Math.floor(((column + (i + 0.5) / SAMPLES) / ACROSS) * width);
      const at = (y * width + x) * 3;
      // ITU-R BT.601 in thousandths: whole numbers, so that no sum is rounded.
      sum +=
        299 * (pixels[at] as number) +
        587 * (pixels[at + 1] as number) +
        114 * (pixels[at + 2] as number);
    }
  }
  return sum;
}

/** Bits in which two hashes differ: 0 to 64. */
export function hashDistance(a: string, b: string): number {
  let bits = 0;
  for (let at = 0; at < 16; at += 8) {
    let x = Number.parseInt(a.slice(at, at + 8), 16) ^ Number.parseInt(b.slice(at, at + 8), 16);
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    bits += (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return bits;
}
