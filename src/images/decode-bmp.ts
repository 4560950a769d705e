import { type BmpHeader, readBmpHeader } from "./bmp-header.js";
import { unpackBmpRuns } from "./bmp-runs.js";
import { checkSize, type DecodedImage, imageError } from "./decoded-image.js";
import { greyToRgb, paletteToRgb } from "./to-rgb.js";

/**
 * A Windows or OS/2 bitmap, with the variants and the arithmetic of Pillow (the prebuilt sharp
 * reads none).
 * @throws IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TRUNCATED, IMAGE_TOO_LARGE
 */
export function decodeBmp(bytes: Uint8Array, name: string, maxPixels: number): DecodedImage {
  const header = readBmpHeader(bytes, name);
  const { width, height } = header;
  checkSize(name, width, height, maxPixels);
  const pixels = header.colours
    ? colourPixels(bytes, header, header.colours, name)
    : indexPixels(bytes, header, name);
  return { pixels, width, height, format: "bmp" };
}

function indexPixels(bytes: Uint8Array, header: BmpHeader, name: string): Uint8Array {
  const { width, height, bits, palette, runs } = header;
  const indices = new Uint8Array(width * height);
  if (runs) {
    const rows = unpackBmpRuns(bytes, header, runs, name);
    for (const { from, to } of rowsOf(header, width)) {
      indices.set(rows.subarray(from, from + width), to * width);
    }
  } else {
    const perByte = 8 / bits;
    const mask = (1 << bits) - 1;
    for (const { row, to } of storedRows(bytes, header, name)) {
      for (let x = 0; x < width; x++) {
        const byte = row[Math.floor(x / perByte)] ?? 0;
        indices[to * width + x] = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
      }
    }
  }
  if (palette) return paletteToRgb(indices, palette);
  return greyToRgb(bits === 1 ? indices.map((index) => index * 255) : indices, 1);
}

function colourPixels(
  bytes: Uint8Array,
  header: BmpHeader,
  colours: NonNullable<BmpHeader["colours"]>,
  name: string,
): Uint8Array {
  const { width, height, bits } = header;
  const rgb = new Uint8Array(width * height * 3);
  const step = bits / 8;
  for (const { row, to } of storedRows(bytes, header, name)) {
    let out = to * width * 3;
    for (let x = 0, from = 0; x < width; x++, from += step) {
      for (const { shift, largest } of colours) {
        // Shifts of 24- and 32-bit pixels are whole bytes.
        const value =
          bits === 16
            ? (((row[from] ?? 0) | ((row[from + 1] ?? 0) << 8)) >> shift) & largest
            : (row[from + shift / 8] ?? 0);
        rgb[out++] = Math.floor((value * 255) / largest);
      }
    }
  }
  return rgb;
}

/** Where rows of `length` samples lie that follow one another, and which rows of the picture. */
function* rowsOf(
  { height, topDown }: BmpHeader,
  length: number,
): Generator<{ from: number; to: number }> {
  for (let i = 0; i < height; i++) yield { from: i * length, to: topDown ? i : height - 1 - i };
}

/** The bytes of each row, which begin at multiples of four. */
function* storedRows(
  bytes: Uint8Array,
  header: BmpHeader,
  name: string,
): Generator<{ row: Uint8Array; to: number }> {
  const used = Math.ceil((header.width * header.bits) / 8);
  const stride = Math.ceil(used / 4) * 4;
  if (header.data + stride * (header.height - 1) + used > bytes.length) {
    throw imageError(
      "IMAGE_TRUNCATED",
      name,
      `expected ${header.height} rows of ${stride} bytes from byte ${header.data} on, ` +
        `got a file of ${bytes.length} bytes`,
    );
  }
  for (const { from, to } of rowsOf(header, stride)) {
    const start = header.data + from;
    yield { row: bytes.subarray(start, start + used), to };
  }
}
