import { imageError } from "./decoded-image.js";

/** Where one colour lies in a pixel. */
export interface BmpColour {
  /** Bits below it. */
  readonly shift: number;
  /** Its value at full strength. */
  readonly largest: number;
}

export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  /** Red, green, blue of pixels without a palette. */
  readonly colours: readonly [BmpColour, BmpColour, BmpColour] | null;
  /** RGB triples of pixels that are indices; null with `colours` null: the indices are grey. */
  readonly palette: Uint8Array | null;
  /** Run-length encoding with 8 or 4 bits an index. */
  readonly runs: "rle8" | "rle4" | null;
  /** The first row is the uppermost. */
  readonly topDown: boolean;
  /** Where the pixels begin. */
  readonly data: number;
}

const HEADER_SIZES = [12, 40, 52, 56, 64, 108, 124];
const RAW = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;

/** Masks of red, green, blue and alpha that Pillow knows. */
const MASKS: Readonly<Record<number, readonly (readonly number[])[]>> = {
  16: [
    [0xf800, 0x7e0, 0x1f],
    [0x7c00, 0x3e0, 0x1f],
  ],
  24: [[0xff0000, 0xff00, 0xff]],
  32: [
    [0xff0000, 0xff00, 0xff, 0],
    [0xff000000, 0xff0000, 0xff00, 0],
    [0xff000000, 0xff00, 0xff, 0],
    [0xff000000, 0xff0000, 0xff00, 0xff],
    [0xff, 0xff00, 0xff0000, 0xff000000],
    [0xff0000, 0xff00, 0xff, 0xff000000],
    [0xff000000, 0xff00, 0xff, 0xff0000],
    [0, 0, 0, 0],
  ],
};

/** @throws IMAGE_UNREADABLE, IMAGE_UNSUPPORTED, IMAGE_TRUNCATED */
export function readBmpHeader(bytes: Uint8Array, name: string): BmpHeader {
  if (bytes.length < 26) throw cutOff(name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(14, true);
  if (!HEADER_SIZES.includes(size)) {
    throw imageError(
      "IMAGE_UNREADABLE",
      name,
      `expected a BMP header of ${HEADER_SIZES.join(", ")} bytes, got ${size}`,
    );
  }
  if (bytes.length < 14 + size) throw cutOff(name);
  const fields = size === 12 ? coreFields(view) : infoFields(view);
  const { bits, compression } = fields;
  const indexed = bits === 1 || bits === 4 || bits === 8;
  if (!indexed && bits !== 16 && bits !== 24 && bits !== 32) {
    throw unsupported(name, `1, 4, 8, 16, 24 or 32 bits a pixel, got ${bits}`);
  }
  if (compression > BITFIELDS || (indexed && compression === BITFIELDS)) {
    throw unsupported(name, `rows, runs or bit fields, got compression ${compression}`);
  }
  if (!indexed && (compression === RLE8 || compression === RLE4)) {
    throw unsupported(name, `runs of 4 or 8 bits, got ${bits} bits a pixel`);
  }

  let position = 14 + size;
  let colours: BmpHeader["colours"] = null;
  if (!indexed) {
    const masks = compression === BITFIELDS ? readMasks(view, size, bits, name) : null;
    if (masks && size === 40) position += 12;
    colours = masks ?? defaultColours(bits);
  }
  const paletteBytes = fields.paletteStep * fields.colours;
  let data = view.getUint32(10, true);
  // Some writers forget the palette.
  if (data === position && indexed) data += paletteBytes;
  const palette = indexed ? readPalette(bytes, position, fields, name) : null;
  if (indexed) position += paletteBytes;
  return {
    width: fields.width,
    height: fields.height,
    bits,
    colours,
    palette,
    runs: compression === RLE8 ? "rle8" : compression === RLE4 ? "rle4" : null,
    topDown: fields.topDown,
    data: data === 0 ? position : data,
  };
}

interface Fields {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  compression: number;
  /** Entries of the palette, and the bytes of one. */
  colours: number;
  paletteStep: number;
}

function coreFields(view: DataView): Fields {
  const bits = view.getUint16(24, true);
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bits,
    compression: RAW,
    colours: 2 ** bits,
    paletteStep: 3,
  };
}

function infoFields(view: DataView): Fields {
  const height = view.getUint32(22, true);
  const topDown = height >>> 24 === 0xff;
  const bits = view.getUint16(28, true);
  return {
    width: view.getUint32(18, true),
    height: topDown ? 2 ** 32 - height : height,
    topDown,
    bits,
    compression: view.getUint32(30, true),
    colours: view.getUint32(46, true) || 2 ** bits,
    paletteStep: 4,
  };
}

function defaultColours(bits: number): NonNullable<BmpHeader["colours"]> {
  const [depth, largest] = bits === 16 ? [5, 31] : [8, 255];
  return [
    { shift: 2 * depth, largest },
    { shift: depth, largest },
    { shift: 0, largest },
  ];
}

function readMasks(
  view: DataView,
  headerSize: number,
  bits: number,
  name: string,
): NonNullable<BmpHeader["colours"]> {
  // Behind a header of 40 bytes or inside a longer one, at the same place.
  const count = bits === 32 ? 4 : 3;
  if (view.byteLength < 66) throw cutOff(name);
  const masks = Array.from({ length: count }, (_, i) =>
    i === 3 && headerSize < 56 ? 0 : view.getUint32(54 + 4 * i, true),
  );
  if (!(MASKS[bits] ?? []).some((known) => known.every((mask, i) => mask === masks[i]))) {
    throw unsupported(name, `a known layout of bit fields, got ${masks.join(", ")}`);
  }
  if (masks.every((mask) => mask === 0)) return defaultColours(bits);
  const colour = (mask = 0): BmpColour => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { shift, largest: mask >>> shift };
  };
  return [colour(masks[0]), colour(masks[1]), colour(masks[2])];
}

/** RGB triples; null when they are just the grey ramp. */
function readPalette(
  bytes: Uint8Array,
  position: number,
  { colours, paletteStep }: Fields,
  name: string,
): Uint8Array | null {
  if (colours > 256) throw unsupported(name, `a palette of at most 256 colours, got ${colours}`);
  const stored = bytes.subarray(position, position + colours * paletteStep);
  const palette = new Uint8Array(colours * 3);
  let grey = true;
  for (let i = 0; i < colours; i++) {
    const [blue = 0, green = 0, red = 0] = stored.subarray(i * paletteStep);
    palette.set([red, green, blue], i * 3);
    const ramp = colours === 2 ? i * 255 : i;
    grey &&= red === ramp && green === ramp && blue === ramp;
  }
  return grey ? null : palette;
}

function cutOff(name: string): Error {
  return imageError("IMAGE_TRUNCATED", name, "expected a whole BMP header, got the start of one");
}

function unsupported(name: string, problem: string): Error {
  return imageError("IMAGE_UNSUPPORTED", name, `expected a BMP with ${problem}`);
}
