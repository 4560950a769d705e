import { checkSize, type DecodedImage, imageError } from "./decoded-image.js";
import { greyToRgb, paletteToRgb } from "./to-rgb.js";

/**
 * The first frame of a GIF, as Pillow shows it: on the canvas of the whole animation, which is
 * filled with the transparent index if there is one, else with index 0; transparency itself is
 * ignored. (libvips blends with the background instead, so sharp cannot be used.)
 * @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_TOO_LARGE
 */
export function decodeGif(bytes: Uint8Array, name: string, maxPixels: number): DecodedImage {
  const frame = readFirstFrame(new Reader(bytes, name));
  const { width, height } = frame;
  checkSize(name, width, height, maxPixels);
  const canvas = new Uint8Array(width * height).fill(frame.transparent ?? 0);
  unpack(bytes, frame, canvas, name);
  const pixels = frame.palette ? paletteToRgb(canvas, frame.palette) : greyToRgb(canvas, 1);
  return { pixels, width, height, format: "gif" };
}

interface Frame {
  /** Size of the canvas. */
  width: number;
  height: number;
  /** Null: the indices are grey values. */
  palette: Uint8Array | null;
  transparent: number | null;
  left: number;
  top: number;
  frameWidth: number;
  frameHeight: number;
  interlaced: boolean;
  /** Bits of an index. */
  bits: number;
  /** Where the first data block begins. */
  data: number;
}

class Reader {
  position = 0;
  constructor(
    readonly bytes: Uint8Array,
    readonly name: string,
  ) {}

  byte(): number {
    const value = this.bytes[this.position++];
    if (value === undefined) throw truncated(this.name);
    return value;
  }

  uint16(): number {
    return this.byte() | (this.byte() << 8);
  }

  take(count: number): Uint8Array {
    const part = this.bytes.subarray(this.position, this.position + count);
    if (part.length < count) throw truncated(this.name);
    this.position += count;
    return part;
  }

  /** The next block of a chain, or null at its end. */
  block(): Uint8Array | null {
    const size = this.byte();
    return size === 0 ? null : this.take(size);
  }
}

function truncated(name: string): Error {
  return imageError("IMAGE_TRUNCATED", name, "expected a whole GIF picture, got the start of one");
}

function readFirstFrame(reader: Reader): Frame {
  reader.position = 6;
  const width = reader.uint16();
  const height = reader.uint16();
  const flags = reader.byte();
  reader.take(2); // background colour and aspect ratio: Pillow uses neither
  const global = flags & 0x80 ? readPalette(reader, flags) : null;
  let transparent: number | null = null;
  for (;;) {
    const kind = reader.byte();
    if (kind === 0x21) {
      transparent = readExtension(reader) ?? transparent;
    } else if (kind === 0x2c) {
      const [left, top, frameWidth, frameHeight] = [
        reader.uint16(),
        reader.uint16(),
        reader.uint16(),
        reader.uint16(),
      ];
      const local = reader.byte();
      // A local palette that is none leaves the global one in use, if there is one.
      const palette = (local & 0x80 ? readPalette(reader, local) : null) ?? global;
      return {
        // A frame that sticks out makes the canvas larger.
        width: Math.max(width, left + frameWidth),
        height: Math.max(height, top + frameHeight),
        palette,
        transparent,
        left,
        top,
        frameWidth,
        frameHeight,
        interlaced: (local & 0x40) !== 0,
        bits: reader.byte(),
        data: reader.position,
      };
    } else if (kind === 0x3b) {
      throw imageError("IMAGE_UNREADABLE", reader.name, "expected a GIF frame, got none");
    }
    // Anything else between blocks is skipped.
  }
}

/** A palette that maps every index to the grey of that value is none: the picture is grey. */
function readPalette(reader: Reader, flags: number): Uint8Array | null {
  const palette = reader.take(3 << ((flags & 7) + 1));
  return palette.every((value, i) => value === Math.floor(i / 3)) ? null : palette;
}

/** The transparent index, if this is the extension that has one. */
function readExtension(reader: Reader): number | null {
  const label = reader.byte();
  let block = reader.block();
  let transparent: number | null = null;
  if (label === 0xf9 && block !== null && (block[0] ?? 0) & 1) {
    const index = block[3];
    if (index === undefined) {
      throw imageError(
        "IMAGE_UNREADABLE",
        reader.name,
        `expected a graphic control block of 4 bytes, got ${block.length}`,
      );
    }
    transparent = index;
  }
  while (block !== null) block = reader.block();
  return transparent;
}

/** Rows of a frame in the order they are stored. */
function* rowOrder(height: number, interlaced: boolean): Generator<number> {
  const passes = interlaced ? [8, 8, 4, 2] : [1];
  const starts = interlaced ? [0, 4, 2, 1] : [0];
  for (const [pass, step] of passes.entries()) {
    for (let row = starts[pass] ?? 0; row < height; row += step) yield row;
  }
}

const MOST_CODES = 4096;

/** LZW: fills the frame's part of the canvas with indices. */
function unpack(bytes: Uint8Array, frame: Frame, canvas: Uint8Array, name: string): void {
  const { bits, frameWidth, frameHeight } = frame;
  if (frameWidth === 0 || frameHeight === 0) return;
  const broken = (problem: string) =>
    imageError("IMAGE_UNREADABLE", name, `expected LZW data, got ${problem}`);
  if (bits > 12) throw broken(`indices of ${bits} bits`);
  const clear = 1 << bits;
  const end = clear + 1;
  const prefix = new Uint16Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const stack = new Uint8Array(MOST_CODES + 1);

  const rows = rowOrder(frameHeight, frame.interlaced);
  let at = 0;
  let rowEnd = 0;
  const nextRow = (): boolean => {
    const row = rows.next();
    if (row.done === true) return false;
    at = (frame.top + row.value) * frame.width + frame.left;
    rowEnd = at + frameWidth;
    return true;
  };
  nextRow();

  const codes = new CodeReader(bytes, frame.data, name);
  let size = bits + 1;
  let next = clear + 2;
  let previous = -1;
  let first = 0;
  for (;;) {
    const code = codes.read(size);
    if (code === clear) {
      size = bits + 1;
      next = clear + 2;
      previous = -1;
      continue;
    }
    // Pillow waits for more data behind an end code that comes too early, and finds none.
    if (code === end) throw truncated(name);
    if (code > (previous < 0 ? clear : next)) throw broken(`code ${code} before its time`);

    let depth = 0;
    let symbol = code;
    if (symbol === next) {
      stack[depth++] = first;
      symbol = previous;
    }
    while (symbol >= clear) {
      if (symbol >= MOST_CODES || depth >= MOST_CODES) throw broken(`code ${code}`);
      stack[depth++] = suffix[symbol] ?? 0;
      symbol = prefix[symbol] ?? 0;
    }
    stack[depth++] = first = symbol;
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      if (next === (1 << size) - 1 && size < 12) size++;
      next++;
    }
    previous = code;

    while (depth > 0) {
      canvas[at++] = stack[--depth] ?? 0;
      if (at === rowEnd && !nextRow()) return;
    }
  }
}

/** Codes of changing width from a chain of data blocks, lowest bits first. */
class CodeReader {
  #buffer = 0;
  #bits = 0;
  #left = 0;
  #position: number;
  constructor(
    readonly bytes: Uint8Array,
    start: number,
    readonly name: string,
  ) {
    this.#position = start;
  }

  read(size: number): number {
    while (this.#bits < size) {
      while (this.#left === 0) this.#left = this.#blockSize();
      this.#left--;
      this.#buffer |= this.#next() << this.#bits;
      this.#bits += 8;
    }
    const code = this.#buffer & ((1 << size) - 1);
    this.#buffer >>= size;
    this.#bits -= size;
    return code;
  }

  /** As in Pillow, a block that is cut off is not used at all. */
  #blockSize(): number {
    const size = this.#next();
    if (this.#position + size > this.bytes.length) throw truncated(this.name);
    return size;
  }

  #next(): number {
    const value = this.bytes[this.#position++];
    if (value === undefined) throw truncated(this.name);
    return value;
  }
}
