import type { BmpHeader } from "./bmp-header.js";
import { imageError } from "./decoded-image.js";

/**
 * Indices from run-length encoding, rows as stored; a port of Pillow's BmpRleDecoder, with what it
 * does about runs that are longer than their row or end too early.
 * @throws IMAGE_TRUNCATED when there are fewer indices than the picture has
 */
export function unpackBmpRuns(
  bytes: Uint8Array,
  { width, height, data }: BmpHeader,
  kind: "rle8" | "rle4",
  name: string,
): Uint8Array {
  const total = width * height;
  const out = new Uint8Array(total);
  let position = data;
  let length = 0;
  let x = 0;
  // Typed arrays drop what is written past their end, as Pillow ignores it.
  const put = (index: number): void => {
    out[length++] = index;
  };
  while (length < total && position + 2 <= bytes.length) {
    const count = bytes[position++] ?? 0;
    const value = bytes[position++] ?? 0;
    if (count > 0) {
      const fitting = Math.max(0, Math.min(count, width - x));
      for (let i = 0; i < fitting; i++) put(kind === "rle8" ? value : nibble(value, i));
      x += fitting;
    } else if (value === 0) {
      length = Math.ceil(length / width) * width;
      x = 0;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (position + 2 > bytes.length) break;
      const right = bytes[position++] ?? 0;
      const up = bytes[position++] ?? 0;
      length = Math.min(total, length + right + up * width);
      x = length % width;
    } else {
      const literal = Math.min(total - length, value);
      const stored = kind === "rle8" ? literal : Math.ceil(literal / 2);
      if (position + stored > bytes.length) break;
      for (let i = 0; i < literal; i++) {
        const byte = bytes[position + (kind === "rle8" ? i : i >> 1)] ?? 0;
        put(kind === "rle8" ? byte : nibble(byte, i));
      }
      position += stored;
      if (length === total) break;
      x += value;
      position += position % 2;
    }
  }
  if (length < total) {
    throw imageError(
      "IMAGE_TRUNCATED",
      name,
      `expected ${total} pixels in the BMP's runs, got ${length}`,
    );
  }
  return out;
}

/** Of two indices in a byte, the high one first. */
function nibble(byte: number, i: number): number {
  return i % 2 === 0 ? byte >> 4 : byte & 15;
}
