import { PickleError, PickleTruncated } from "./pickle-values.js";

/** Longest number written as text or as bytes; Python itself stops reading decimals at 4300 digits. */
const LONGEST_NUMBER = 1024;

/** Reads the arguments of a pickle's opcodes, one after the other. */
export class PickleCursor {
  /** Of the next byte. */
  position = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A view of the next bytes, not a copy. */
  take(length: number): Buffer {
    const end = this.position + length;
    if (end > this.#bytes.length) throw new PickleTruncated();
    const part = this.#bytes.subarray(this.position, end);
    this.position = end;
    return part;
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u16(): number {
    return this.take(2).readUInt16LE();
  }

  i32(): number {
    return this.take(4).readInt32LE();
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  u64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PickleTruncated();
    return Number(value);
  }

  /** Floats of a pickle are big-endian. */
  f64(): number {
    return this.take(8).readDoubleBE();
  }

  /** Text up to the end of the line, as Latin-1. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end === -1) throw new PickleTruncated();
    const text = this.#bytes.toString("latin1", this.position, end);
    this.position = end + 1;
    return text;
  }

  utf8(length: number): string {
    return this.take(length).toString("utf8");
  }

  /** A whole number in two's complement, lowest byte first. */
  long(length: number): number | bigint {
    if (length > LONGEST_NUMBER || length < 0) {
      throw new PickleError(`a number of at most ${LONGEST_NUMBER} bytes`, `one of ${length}`);
    }
    const bytes = this.take(length);
    if (length === 0) return 0;
    const hex = Buffer.from(bytes).reverse().toString("hex");
    return smallest(BigInt.asIntN(length * 8, BigInt(`0x${hex}`)));
  }

  /** A whole number in decimal digits; Python 2 wrote an L behind long ones. */
  decimal(): number | bigint {
    const text = this.line().trim().replace(/L$/, "");
    if (!/^-?\d+$/.test(text) || text.length > LONGEST_NUMBER) {
      throw new PickleError("a whole number", JSON.stringify(text.slice(0, 60)));
    }
    return smallest(BigInt(text));
  }
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The text of a Python string literal in quotes (protocol 0). */
export function unquote(literal: string): string {
  const [, quote = "", body = ""] = /^(['"])([^]*)\1$/.exec(literal.trim()) ?? [];
  if (quote === "") throw new PickleError("a text in quotes", JSON.stringify(literal.slice(0, 60)));
  const names: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return body.replaceAll(/\\(x([0-9a-fA-F]{2})|[^])/g, (_, one: string, hex?: string) =>
    hex === undefined ? (names[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The text of a line in Python's "raw-unicode-escape" (protocol 0). */
export function unescapeUnicode(line: string): string {
  return line.replaceAll(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g,
    (whole, short?: string, long?: string) => {
      const point = Number.parseInt(short ?? long ?? "", 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
