import * as zlib from "node:zlib";

/** Of zip archives, reflected. */
const POLYNOMIAL = 0xedb88320;
/** Bytes taken at a time. */
const SLICES = 8;

/** Node 20.15 and 22.2 brought it, as fast as memory; the type says it is always there. */
const builtIn = (zlib as { crc32?: typeof zlib.crc32 }).crc32;

/**
 * The checksum of zip archives (CRC-32).
 * @param start of the bytes before these, for content that comes in parts
 */
export const crc32: (bytes: Uint8Array, start?: number) => number = builtIn ?? crc32InSlices;

/** The same where Node has none: table look-ups for eight bytes at a time (Intel's slicing-by-8). */
export function crc32InSlices(bytes: Uint8Array, start = 0): number {
  tables ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  const at = (table: Uint32Array | undefined, index: number): number => table?.[index] ?? 0;
  const byte = (index: number): number => bytes[index] ?? 0;
  const whole = bytes.length - (bytes.length % SLICES);
  let crc = ~start;
  let i = 0;
  for (; i < whole; i += SLICES) {
    const low = crc ^ (byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24));
    crc =
      at(t7, low & 255) ^
      at(t6, (low >>> 8) & 255) ^
      at(t5, (low >>> 16) & 255) ^
      at(t4, low >>> 24) ^
      at(t3, byte(i + 4)) ^
      at(t2, byte(i + 5)) ^
      at(t1, byte(i + 6)) ^
      at(t0, byte(i + 7));
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at(t0, (crc ^ byte(i)) & 255);
  return ~crc >>> 0;
}

let tables: readonly Uint32Array[] | undefined;

/** Table k: the checksum of a byte that is followed by k zeros. */
function makeTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (POLYNOMIAL & -(crc & 1));
    return crc;
  });
  const made = [first];
  for (let k = 1; k < SLICES; k++) {
    const before = made[k - 1] ?? first;
    made.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 255] ?? 0)));
  }
  return made;
}
