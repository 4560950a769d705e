import { inflateSync } from "node:zlib";

import { SpuriousError } from "../errors.js";

/**
 * Reads MATLAB level 5 files, as far as the ImageNet development kit's meta.mat needs it: numbers,
 * texts and struct arrays; other kinds of values come out as null. An own reader because mat-for-js is
 * under the GPL. Format: "MAT-File Format", The MathWorks, chapter 1.
 */
export type MatValue = number[] | string | MatStruct[] | null;
export interface MatStruct {
  readonly [field: string]: MatValue;
}

const HEADER_BYTES = 128;
const MAX_INFLATED_BYTES = 1 << 28;

/** Data types (mi...) of elements. */
const MI_MATRIX = 14;
const MI_COMPRESSED = 15;
/** Array classes (mx...) of matrices. */
const MX_STRUCT = 2;
const MX_CHAR = 4;
const MX_FIRST_NUMERIC = 6;
const MX_LAST_NUMERIC = 15;

/**
 * @param name for messages
 * @returns the variables by name; arrays in column-major order
 * @throws DATA_LAYOUT not such a file, or damaged
 */
export function readMatFile(bytes: Uint8Array, name: string): Map<string, MatValue> {
  const endian = Buffer.from(bytes.subarray(126, HEADER_BYTES)).toString("latin1");
  if (endian !== "IM" && endian !== "MI") {
    throw damaged(name, "no such header (a newer 7.3 file? save it with -v7)");
  }
  try {
    const reader = new MatReader(bytes.subarray(HEADER_BYTES), endian === "IM");
    const variables = new Map<string, MatValue>();
    while (reader.left > 0) {
      const element = reader.element();
      if (element.type === MI_MATRIX) {
        const matrix = readMatrix(element.content);
        variables.set(matrix.name, matrix.value);
      }
    }
    return variables;
  } catch (cause) {
    // Reading past an end, a broken zlib stream and a character out of range all land here.
    throw damaged(name, (cause as Error).message, cause);
  }
}

interface Element {
  readonly type: number;
  readonly content: MatReader;
}

/** A position in a run of elements: an 8-byte tag (type, bytes), the data, padding to 8 bytes. */
class MatReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly littleEndian: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  element(): Element {
    const word = this.#view.getUint32(this.#at, this.littleEndian);
    // Up to 4 bytes of data share the tag: the upper half of its first word is their number.
    const small = word >>> 16;
    if (small !== 0) {
      const content = this.#part(this.#at + 4, small);
      this.#at += 8;
      return { type: word & 0xffff, content };
    }
    const size = this.#view.getUint32(this.#at + 4, this.littleEndian);
    const start = this.#at + 8;
    const content = this.#part(start, size);
    if (word === MI_COMPRESSED) {
      this.#at = start + size;
      const inflated = inflateSync(content.#bytes, { maxOutputLength: MAX_INFLATED_BYTES });
      return new MatReader(inflated, this.littleEndian).element();
    }
    this.#at = start + Math.ceil(size / 8) * 8;
    return { type: word, content };
  }

  numbers(type: number): number[] {
    const [size, read] = numberReader(this.#view, this.littleEndian, type);
    return Array.from({ length: Math.floor(this.#bytes.byteLength / size) }, (_, i) =>
      read(i * size),
    );
  }

  /** Characters up to the first zero. */
  ascii(): string {
    return (Buffer.from(this.#bytes).toString("latin1").split("\0")[0] ?? "").trim();
  }

  text(type: number): string {
    const MI_UTF8 = 16;
    return type === MI_UTF8
      ? Buffer.from(this.#bytes).toString("utf8")
      : this.numbers(type)
          .map((code) => String.fromCodePoint(code))
          .join("");
  }

  #part(start: number, size: number): MatReader {
    if (start + size > this.#bytes.byteLength) {
      throw new RangeError(`an element of ${size} bytes where ${this.left - 8} are left`);
    }
    return new MatReader(this.#bytes.subarray(start, start + size), this.littleEndian);
  }
}

function readMatrix(reader: MatReader): { name: string; value: MatValue } {
  if (reader.left === 0) {
    return { name: "", value: [] };
  }
  const flags = numbersOf(reader.element());
  const dimensions = numbersOf(reader.element());
  const name = reader.element().content.ascii();
  const kind = (flags[0] ?? 0) & 0xff;
  if (kind === MX_STRUCT) {
    const count = dimensions.reduce((product, size) => product * size, 1);
    return { name, value: readStructs(reader, count) };
  }
  if (kind === MX_CHAR) {
    const { type, content } = reader.element();
    return { name, value: content.text(type) };
  }
  const numeric = kind >= MX_FIRST_NUMERIC && kind <= MX_LAST_NUMERIC;
  return { name, value: numeric ? numbersOf(reader.element()) : null };
}

/** The fields' names, each in a slot of one length, then the values, struct by struct. */
function readStructs(reader: MatReader, count: number): MatStruct[] {
  const slot = numbersOf(reader.element())[0] ?? 0;
  const names = reader.element().content.numbers(1);
  const fields: string[] = [];
  for (let at = 0; slot > 0 && at < names.length; at += slot) {
    const end = names.indexOf(0, at);
    fields.push(String.fromCharCode(...names.slice(at, end === -1 ? at + slot : end)));
  }
  const structs: MatStruct[] = [];
  for (let i = 0; i < count && fields.length > 0; i++) {
    structs.push(
      Object.fromEntries(
        fields.map((field) => [field, readMatrix(reader.element().content).value]),
      ),
    );
  }
  return structs;
}

function numbersOf({ type, content }: Element): number[] {
  return content.numbers(type);
}

/** Bytes per number of a data type, and how to read one. */
function numberReader(
  view: DataView,
  littleEndian: boolean,
  type: number,
): [number, (at: number) => number] {
  switch (type) {
    case 1:
      return [1, (at) => view.getInt8(at)];
    case 2:
    case 16:
      return [1, (at) => view.getUint8(at)];
    case 3:
      return [2, (at) => view.getInt16(at, littleEndian)];
    case 4:
    case 17:
      return [2, (at) => view.getUint16(at, littleEndian)];
    case 5:
      return [4, (at) => view.getInt32(at, littleEndian)];
    case 6:
    case 18:
      return [4, (at) => view.getUint32(at, littleEndian)];
    case 7:
      return [4, (at) => view.getFloat32(at, littleEndian)];
    case 9:
      return [8, (at) => view.getFloat64(at, littleEndian)];
    case 12:
      return [8, (at) => Number(view.getBigInt64(at, littleEndian))];
    case 13:
      return [8, (at) => Number(view.getBigUint64(at, littleEndian))];
    default:
      throw new RangeError(`data type ${type}`);
  }
}

function damaged(name: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "DATA_LAYOUT",
    `MATLAB file not read: ${name}: expected a level 5 MAT-file, got ${got}`,
    { input: name, cause },
  );
}
