import type { SpuriousError } from "../errors.js";
import type { ByteSource } from "./byte-source.js";
import { artefactInvalid } from "./invalid.js";

/** A file inside an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Bytes in the file. */
  readonly packedSize: number;
  /** Checksum of what is unpacked. */
  readonly crc32: number;
  /** Of its local header. */
  readonly headerOffset: number;
  /** 0: stored, 8: deflated. */
  readonly method: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ZIP64_FIELD = 1;
const IN_ZIP64 = 0xffffffff;
/** A checkpoint has some thousand tensors; each takes less than 200 bytes here. */
const LARGEST_DIRECTORY = 2 ** 28;

/**
 * The directory of a zip archive (zip64 too), by name, as PKWARE's APPNOTE 6.3 describes it.
 * @throws ARTEFACT_INVALID truncated or damaged, or with two entries of one name: readers differ in
 *   which of them they take
 */
export function readZipDirectory(source: ByteSource): Map<string, ZipEntry> {
  const { offset, size } = findDirectory(source);
  const bytes = offset + size > source.size ? Buffer.alloc(0) : source.bytes(offset, size);
  if (size > LARGEST_DIRECTORY || bytes.length !== size) {
    throw invalid(source, "the archive's directory", "a file that ends before");
  }
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < bytes.length; ) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw invalid(source, "an entry of the archive's directory", "other bytes");
    }
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const commentBytes = bytes.readUInt16LE(at + 32);
    const nameAt = at + ENTRY_BYTES;
    const name = bytes.toString("utf8", nameAt, nameAt + nameBytes);
    const extra = bytes.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes);
    const entry = readEntry(name, bytes.subarray(at, nameAt), extra);
    if (entry === null) throw invalid(source, `sizes of ${name} in the directory`, "none");
    if (entries.has(name)) throw invalid(source, `one entry named ${name}`, "two");
    entries.set(name, entry);
    at = nameAt + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

/**
 * Where the bytes of a stored entry lie in the file.
 * @throws ARTEFACT_INVALID damaged, or compressed
 */
export function locateEntry(source: ByteSource, entry: ZipEntry): number {
  if (entry.method !== 0 || entry.packedSize !== entry.size) {
    throw invalid(source, `${entry.name} stored as torch.save stores it`, "a compressed one");
  }
  return locatePacked(source, entry);
}

/**
 * Where the bytes of an entry lie in the file, compressed or not.
 * @throws ARTEFACT_INVALID damaged
 */
export function locatePacked(source: ByteSource, entry: ZipEntry): number {
  const header = source.bytes(entry.headerOffset, LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw invalid(source, `the header of ${entry.name}`, "other bytes");
  }
  const start =
    entry.headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packedSize > source.size) {
    const expected = `${String(entry.packedSize)} bytes of ${entry.name}`;
    throw invalid(source, expected, "a file that ends before");
  }
  return start;
}

function findDirectory(source: ByteSource): { offset: number; size: number } {
  const tailBytes = Math.min(source.size, END_BYTES + LONGEST_COMMENT);
  const tailAt = source.size - tailBytes;
  const tail = source.bytes(tailAt, tailBytes);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    const size = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    const long = findDirectory64(source, tailAt + at);
    if (long === null) return { offset, size };
    const agree = (short: number, value: number): boolean => short === IN_ZIP64 || short === value;
    if (agree(size, long.size) && agree(offset, long.offset)) return long;
    throw invalid(source, "one directory in the archive", "two that differ");
  }
  throw invalid(
    source,
    "a whole zip archive",
    "a file that ends early (no directory): it is truncated",
  );
}

function findDirectory64(
  source: ByteSource,
  endAt: number,
): { offset: number; size: number } | null {
  const locator = source.bytes(Math.max(0, endAt - LOCATOR_BYTES), LOCATOR_BYTES);
  if (locator.length < LOCATOR_BYTES || locator.readUInt32LE(0) !== LOCATOR_SIGNATURE) return null;
  const end = source.bytes(Number(locator.readBigUInt64LE(8)), 56);
  if (end.length < 56 || end.readUInt32LE(0) !== END64_SIGNATURE) {
    throw invalid(source, "the end of a zip64 archive", "other bytes");
  }
  return { size: Number(end.readBigUInt64LE(40)), offset: Number(end.readBigUInt64LE(48)) };
}

function readEntry(name: string, fixed: Buffer, extra: Buffer): ZipEntry | null {
  const method = fixed.readUInt16LE(10);
  const crc32 = fixed.readUInt32LE(16);
  const packedSize = fixed.readUInt32LE(20);
  const size = fixed.readUInt32LE(24);
  const headerOffset = fixed.readUInt32LE(42);
  if (![packedSize, size, headerOffset].includes(IN_ZIP64)) {
    return { name, method, crc32, size, packedSize, headerOffset };
  }
  const long = longValues(extra);
  // Only those that do not fit into 32 bits, in this order.
  const next = (value: number): number => (value === IN_ZIP64 ? (long.shift() ?? -1) : value);
  const longSize = next(size);
  const longPacked = next(packedSize);
  const longOffset = next(headerOffset);
  if (longSize < 0 || longPacked < 0 || longOffset < 0) return null;
  return {
    name,
    method,
    crc32,
    size: longSize,
    packedSize: longPacked,
    headerOffset: longOffset,
  };
}

function longValues(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== ZIP64_FIELD) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({ length: Math.floor(field.length / 8) }, (_, i) =>
      Number(field.readBigUInt64LE(8 * i)),
    );
  }
  return [];
}

function invalid(source: ByteSource, expected: string, got: string): SpuriousError {
  return artefactInvalid("reading a zip archive", source.name, expected, got);
}
