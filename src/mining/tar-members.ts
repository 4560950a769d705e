import { type FileHandle, open } from "node:fs/promises";
import { isPictureName } from "../sources/picture-tree.js";
import { SpuriousError } from "../errors.js";
import {
  BLOCK,
  isFile,
  paddedSize,
  parsePaxRecords,
  parseTarHeader,
  type TarHeader,
  text,
} from "./tar-header.js";

/** A picture inside a tar file. */
export interface TarMember {
  readonly name: string;
  /** Of the content within the tar file. */
  readonly offset: number;
  readonly size: number;
}

/** Names and pax records that are longer are no names. */
const LARGEST_EXTENSION = 1 << 20;

/** How a tar file ended. */
export interface TarEnd {
  /** What is wrong, "expected what, got what"; null for a whole file. */
  readonly damage: string | null;
}

/** What a header of names says about the file that follows. */
interface Override {
  readonly name?: string | undefined;
  readonly size?: number | undefined;
}

/**
 * Walks the headers of a tar file and reads no content but long names, so that memory stays flat.
 * A file that is cut short or broken gives its members up to there and then says so.
 * @returns (of the generator) how the file ended
 * @throws DATA_NOT_FOUND the file cannot be read
 */
export async function* tarMembers(path: string): AsyncGenerator<TarMember, TarEnd> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    return yield* walk(file, size);
  } catch (cause) {
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `reading a tar file: ${path}: expected a file that can be read, got ${(cause as Error).message}`,
      { input: path, cause },
    );
  } finally {
    await file?.close();
  }
}

async function* walk(file: FileHandle, end: number): AsyncGenerator<TarMember, TarEnd> {
  let at = 0;
  let override: Override = {};
  for (;;) {
    const block = await read(file, at, BLOCK);
    if (block.length < BLOCK) return cut(`the file's end at byte ${String(at + block.length)}`);
    if (block.every((byte) => byte === 0)) return { damage: null };
    const header = parseTarHeader(block);
    if (header === null) return { damage: `expected a header at byte ${String(at)}, got none` };
    const offset = at + BLOCK;
    const size = isFile(header) ? (override.size ?? header.size) : header.size;
    if (offset + size > end) {
      const name = override.name ?? header.name;
      return cut(`the file's end at byte ${String(end)} inside ${name}`);
    }
    const extension = await readExtension(file, header, offset);
    if (extension === null) {
      return { damage: `expected the name of a member at byte ${String(offset)}, got other bytes` };
    }
    if (extension !== undefined) {
      override = { ...override, ...extension };
    } else if (header.type !== "g") {
      const name = override.name ?? header.name;
      if (isFile(header) && isPicture(name)) yield { name, offset, size };
      override = {};
    }
    at = offset + paddedSize(size);
  }
}

function cut(got: string): TarEnd {
  return { damage: `expected an end-of-archive mark, got ${got}` };
}

/** undefined for headers of another kind, null for damaged ones. */
async function readExtension(
  file: FileHandle,
  { type, size }: TarHeader,
  offset: number,
): Promise<Override | null | undefined> {
  if (type !== "L" && type !== "x") return type === "K" ? {} : undefined;
  if (size > LARGEST_EXTENSION) return null;
  const content = await read(file, offset, size);
  if (type === "L") return { name: text(content) };
  const records = parsePaxRecords(content);
  if (records === null) return null;
  const path = records.get("path");
  const bytes = records.get("size");
  return {
    ...(path !== undefined && { name: path }),
    ...(bytes !== undefined && /^\d+$/.test(bytes) && { size: Number(bytes) }),
  };
}

function isPicture(name: string): boolean {
  const parts = name.split("/");
  const isHidden = parts.some((part) => part === "__MACOSX" || /^\.[^./]/.test(part));
  return !isHidden && isPictureName(parts.at(-1) ?? "");
}

/** Ends early where the file does. */
async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
