/** Tar files are rows of blocks of this many bytes. */
export const BLOCK = 512;

/** What one header block says. */
export interface TarHeader {
  readonly name: string;
  /** Bytes of the content, which fills whole blocks behind the header. */
  readonly size: number;
  /** The type flag: "0" or "" a file, "5" a folder, "L" a long name of GNU tar, "x" pax records. */
  readonly type: string;
  /** Of a link: the name or path it leads to. */
  readonly link: string;
}

/** Links, devices and folders: a size they may name is not followed by content. */
const WITHOUT_CONTENT = /^[1-6]$/;

/**
 * Reads a header block: POSIX ustar, GNU tar and the format before both.
 * @param block 512 bytes that are not all zero
 * @returns null where the checksum does not fit: this is no header
 */
export function parseTarHeader(block: Buffer): TarHeader | null {
  if (block.length < BLOCK || !hasChecksum(block)) return null;
  const size = number(block.subarray(124, 136));
  if (size === null) return null;
  const type = block.toString("latin1", 156, 157).replace("\0", "");
  const name = text(block.subarray(0, 100));
  // GNU tar writes "ustar  ", and times where POSIX has the front part of a long name.
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? text(block.subarray(345, 500)) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: WITHOUT_CONTENT.test(type) ? 0 : size,
    type,
    link: text(block.subarray(157, 257)),
  };
}

/** Hard and symbolic links. */
export function isLink({ type }: TarHeader): boolean {
  return type === "1" || type === "2";
}

export function isFile({ type }: TarHeader): boolean {
  return type === "" || type === "0" || type === "7";
}

/** GNU tar's own kind of sparse file: maps of its holes may take further blocks behind the header. */
export function isSparse({ type }: TarHeader): boolean {
  return type === "S";
}

/** Bytes that content takes in the file: whole blocks. */
export function paddedSize(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/**
 * The records of a pax header: "LENGTH KEY=VALUE\n", LENGTH counting all of the record.
 * @returns null where they are damaged
 */
export function parsePaxRecords(content: Buffer): Map<string, string> | null {
  const records = new Map<string, string>();
  let at = 0;
  while (at < content.length && content[at] !== 0) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString("latin1", at, Math.max(at, space)));
    const end = at + length;
    if (space === -1 || !Number.isInteger(length) || end > content.length || end <= space) {
      return null;
    }
    const equals = content.indexOf(0x3d, space);
    if (equals === -1 || equals >= end || content[end - 1] !== 0x0a) return null;
    const key = content.toString("utf8", space + 1, equals);
    records.set(key, content.toString("utf8", equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** Up to the first zero byte. */
export function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}

/** Octal digits, or big-endian bytes behind a first one of 0x80 for what has too many digits. */
function number(field: Buffer): number | null {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : null;
  }
  const digits = text(field).trim();
  if (digits === "") return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

/** The sum of all bytes, those of the checksum itself taken as spaces; some old tars sum signed. */
function hasChecksum(block: Buffer): boolean {
  const expected = number(block.subarray(148, 156));
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === unsigned || expected === signed;
}
