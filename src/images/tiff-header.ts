import { imageError } from "./decoded-image.js";

const TAGS = {
  bits: 258,
  compression: 259,
  photometric: 262,
  planes: 284,
  extraSamples: 338,
} as const;

type Tags = Partial<Record<keyof typeof TAGS, number>>;

const WHITE_IS_ZERO = 0;
const YCBCR = 6;
const COLOURS_READ = [WHITE_IS_ZERO, 1, 2, 3, 5];
const COLOURS_NAMED: Readonly<Record<number, string>> = {
  4: "a transparency mask",
  [YCBCR]: "YCbCr outside of JPEG compression",
  8: "CIELab colours",
  9: "ICCLab colours",
  10: "ITULab colours",
  32803: "a colour filter array",
  34892: "linear raw colours",
};
const JPEG = 7;
const SEPARATE = 2;
const PREMULTIPLIED = 1;

/**
 * Refuses TIFF files that libvips and Pillow read differently: what is left is bilevel, grey, RGB,
 * palette and CMYK, and YCbCr in JPEG compression.
 * @throws IMAGE_UNSUPPORTED
 */
export function checkTiff(bytes: Uint8Array, name: string): void {
  const found = oddity(readTags(bytes));
  if (found === null) return;
  throw imageError(
    "IMAGE_UNSUPPORTED",
    name,
    `expected a TIFF with common grey, RGB, palette or CMYK samples, got ${found}`,
  );
}

function oddity(tags: Tags): string | null {
  const { bits = 1, compression, photometric = WHITE_IS_ZERO, planes, extraSamples } = tags;
  const jpegColours = photometric === YCBCR && compression === JPEG;
  if (!COLOURS_READ.includes(photometric) && !jpegColours) {
    return COLOURS_NAMED[photometric] ?? `photometric interpretation ${photometric}`;
  }
  if (![1, 2, 4, 8, 16].includes(bits)) return `samples of ${bits} bits`;
  if (photometric === WHITE_IS_ZERO && bits === 16) return "16-bit grey with 0 for white";
  if (extraSamples === PREMULTIPLIED) return "premultiplied alpha";
  if (planes === SEPARATE && (bits === 16 || extraSamples !== undefined)) {
    return "separate planes of 16 bits or with extra samples";
  }
  return null;
}

/**
 * The first value of each tag of the first directory; a damaged directory has none. All are 16-bit
 * numbers, stored in the entry itself unless there are more of them than fit.
 */
function readTags(bytes: Uint8Array): Tags {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags: Tags = {};
  try {
    const little = bytes[0] === 0x49;
    const big = view.getUint16(2, little) === 43;
    const offset = (at: number): number =>
      big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
    const start = offset(big ? 8 : 4);
    const count = big ? offset(start) : view.getUint16(start, little);
    const [first, size, valueAt, room] = big ? [8, 20, 12, 4] : [2, 12, 8, 2];
    for (let i = 0; i < count; i++) {
      const entry = start + first + i * size;
      const tag = view.getUint16(entry, little);
      for (const [name, number] of Object.entries(TAGS)) {
        if (tag !== number) continue;
        const values = offset(entry + 4);
        const at = values > room ? offset(entry + valueAt) : entry + valueAt;
        tags[name as keyof typeof TAGS] = view.getUint16(at, little);
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return tags;
}
