import { type PickleCursor, unescapeUnicode, unquote } from "./pickle-cursor.js";
import { PickleError, type PickleValue } from "./pickle-values.js";

/** Opcodes that push one value read from the bytes. */
export const LITERALS: Readonly<Record<string, (cursor: PickleCursor) => PickleValue>> = {
  N: () => null,
  "\x88": () => true,
  "\x89": () => false,
  // Protocol 0 has no booleans of its own.
  I: (cursor) => {
    const start = cursor.position;
    const text = cursor.line();
    if (text === "01" || text === "00") return text === "01";
    cursor.position = start;
    return cursor.decimal();
  },
  L: (cursor) => cursor.decimal(),
  J: (cursor) => cursor.i32(),
  K: (cursor) => cursor.u8(),
  M: (cursor) => cursor.u16(),
  "\x8a": (cursor) => cursor.long(cursor.u8()),
  "\x8b": (cursor) => cursor.long(cursor.i32()),
  F: (cursor) => floatOf(cursor.line()),
  G: (cursor) => cursor.f64(),
  S: (cursor) => unquote(cursor.line()),
  T: (cursor) => cursor.take(cursor.u32()).toString("latin1"),
  U: (cursor) => cursor.take(cursor.u8()).toString("latin1"),
  V: (cursor) => unescapeUnicode(cursor.line()),
  X: (cursor) => cursor.utf8(cursor.u32()),
  "\x8c": (cursor) => cursor.utf8(cursor.u8()),
  "\x8d": (cursor) => cursor.utf8(cursor.u64()),
  B: (cursor) => cursor.take(cursor.u32()),
  C: (cursor) => cursor.take(cursor.u8()),
  "\x8e": (cursor) => cursor.take(cursor.u64()),
  "\x96": (cursor) => cursor.take(cursor.u64()),
  "]": () => [],
  ")": () => [],
  "}": () => new Map(),
};

function floatOf(line: string): number {
  const text = line.trim();
  const named = NAMED_FLOATS.get(text);
  if (named !== undefined) return named;
  const value = Number(text);
  if (text !== "" && !Number.isNaN(value)) return value;
  throw new PickleError("a number", JSON.stringify(text.slice(0, 60)));
}

const NAMED_FLOATS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
]);
