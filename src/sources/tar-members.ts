import { posix } from "node:path";
import { BlockReader } from "./block-reader.js";
import { isHiddenName, isPictureName } from "./picture-tree.js";
import type { RandomAccess } from "./random-access.js";
import {
  BLOCK,
  isFile,
  isLink,
  isSparse,
  paddedSize,
  parsePaxRecords,
  parseTarHeader,
  type TarHeader,
  text,
} from "./tar-header.js";

/** A file inside a tar file. */
export interface TarMember {
  /** Without "./" before it; a tar file inside the tar file is a folder named after its stem. */
  readonly name: string;
  /** Of the content within the outermost tar file. */
  readonly offset: number;
  readonly size: number;
  /** Of a link: the name of the member it leads to. */
  readonly link?: string | undefined;
  /** What a `.cls` file of a WebDataset says. */
  readonly label?: string | undefined;
}

/** How a tar file ended. */
export interface TarEnd {
  /** What is wrong, "expected what, got what"; null for a whole file. */
  readonly damage: string | null;
}

/** Names and pax records that are longer are no names. */
const LARGEST_EXTENSION = 1 << 20;
/** A class index, a WordNet id or a label; longer ones are none. */
const LARGEST_LABEL = 256;
/** Tar files inside each other; a walk goes into each, and a made-up file could hold thousands. */
const DEEPEST = 8;
const TOO_DEEP = `expected at most ${String(DEEPEST)} tar files inside each other, got more`;

/** What a header of names says about the file that follows. */
interface Override {
  readonly name?: string | undefined;
  readonly link?: string | undefined;
  readonly size?: number | undefined;
  /** Records of its holes were there. */
  readonly isSparse?: boolean | undefined;
}

/** A tar file, or one within: the part of the outermost file that it takes. */
interface Part {
  readonly start: number;
  readonly end: number;
  /** Of the names: the folder that it stands for. */
  readonly prefix: string;
  /** Tar files around it. */
  readonly depth: number;
}

/**
 * Walks the headers of a tar file, and of tar files inside it, and reads no content but long names
 * and labels, so that memory stays flat. A file that is cut short or broken gives its members up to
 * there and then says so.
 * @returns (of the generator) how the file ended
 * @throws DATA_NOT_FOUND, SOURCE_* the file cannot be read
 */
export async function* tarMembers(access: RandomAccess): AsyncGenerator<TarMember, TarEnd> {
  const held = access.hold();
  try {
    const whole: Part = { start: 0, end: access.size, prefix: "", depth: 0 };
    return yield* walk(new BlockReader(access), whole);
  } finally {
    await held[Symbol.asyncDispose]();
  }
}

/** Whether a member is a picture and not one of the hidden files that macOS adds. */
export function isPictureMember({ name, link }: TarMember): boolean {
  const parts = name.split("/");
  return link === undefined && !parts.some(isHiddenName) && isPictureName(parts.at(-1) ?? "");
}

async function* walk(
  reader: BlockReader,
  { start, end, prefix, depth }: Part,
): AsyncGenerator<TarMember, TarEnd> {
  let at = start;
  let override: Override = {};
  /** Of a tar file inside: the walk goes on behind it. */
  let damage: string | null = null;
  for (;;) {
    const block = await reader.read(at, Math.max(0, Math.min(BLOCK, end - at)));
    if (block.length < BLOCK) return cut(`the file's end at byte ${String(at + block.length)}`);
    if (block.every((byte) => byte === 0)) return { damage };
    const header = parseTarHeader(block);
    if (header === null) return { damage: `expected a header at byte ${String(at)}, got none` };
    const offset = at + BLOCK;
    const size = isFile(header) ? (override.size ?? header.size) : header.size;
    if (offset + size > end) {
      const name = override.name ?? header.name;
      return cut(`the file's end at byte ${String(end)} inside ${name}`);
    }
    const extension = await readExtension(reader, header, offset);
    if (extension === null) {
      return { damage: `expected the name of a member at byte ${String(offset)}, got other bytes` };
    }
    if (extension !== undefined) {
      override = { ...override, ...extension };
    } else if (header.type !== "g") {
      const name = prefix + plainName(override.name ?? header.name);
      if (isSparse(header) || override.isSparse === true) return sparse(name);
      if (isFile(header)) {
        const inner = await innerPart(reader, name, offset, size);
        if (inner === null) {
          yield { name, offset, size, ...(await labelOf(reader, name, offset, size)) };
        } else {
          if (depth === DEEPEST) return { damage: `${TOO_DEEP} in ${name}` };
          const { damage: inside } = yield* walk(reader, { ...inner, depth: depth + 1 });
          if (inside !== null) damage ??= `${inside} (in ${name})`;
        }
      } else if (isLink(header)) {
        yield { name, offset, size: 0, link: linkTarget(header, override, name, prefix) };
      }
      override = {};
    }
    at = offset + paddedSize(size);
  }
}

function cut(got: string): TarEnd {
  return { damage: `expected an end-of-archive mark, got ${got}` };
}

/** What lies in the tar file is not the content: holes are left out, a map of them may be put in. */
function sparse(name: string): TarEnd {
  const got = `${name}, a sparse file; pack it without --sparse`;
  return { damage: `expected files with all their bytes, got ${got}` };
}

/** undefined for headers of another kind, null for damaged ones. */
async function readExtension(
  reader: BlockReader,
  { type, size }: TarHeader,
  offset: number,
): Promise<Override | null | undefined> {
  if (type !== "L" && type !== "K" && type !== "x") return undefined;
  if (size > LARGEST_EXTENSION) return null;
  const content = await reader.read(offset, size);
  if (type === "L") return { name: text(content) };
  if (type === "K") return { link: text(content) };
  const records = parsePaxRecords(content);
  if (records === null) return null;
  // Version 1.0 gives the file another name, for programs that do not know of holes.
  const path = records.get("GNU.sparse.name") ?? records.get("path");
  const link = records.get("linkpath");
  const bytes = records.get("size");
  return {
    ...(path !== undefined && { name: path }),
    ...(link !== undefined && { link }),
    ...(bytes !== undefined && /^\d+$/.test(bytes) && { size: Number(bytes) }),
    ...(isSparseMap(records) && { isSparse: true }),
  };
}

/** GNU tar's versions 0.0, 0.1 and 1.0 each have records of this kind. */
function isSparseMap(records: ReadonlyMap<string, string>): boolean {
  return [...records.keys()].some((key) => key.startsWith("GNU.sparse."));
}

/** As unpacking would name it. */
function plainName(name: string): string {
  return posix.normalize(name).replace(/^\/+/, "");
}

/** A hard link names a member, a symbolic link a path from where it lies. */
function linkTarget(header: TarHeader, override: Override, name: string, prefix: string): string {
  const link = override.link ?? header.link;
  return header.type === "1" ? prefix + plainName(link) : posix.join(posix.dirname(name), link);
}

/** The part that a tar file inside the tar file takes; null for a member of another kind. */
async function innerPart(
  reader: BlockReader,
  name: string,
  offset: number,
  size: number,
): Promise<Omit<Part, "depth"> | null> {
  if (!/\.tar$/i.test(name) || isHiddenName(posix.basename(name)) || size < BLOCK) return null;
  const block = await reader.read(offset, BLOCK);
  if (parseTarHeader(block) === null) return null;
  return { start: offset, end: offset + size, prefix: `${name.slice(0, -".tar".length)}/` };
}

async function labelOf(
  reader: BlockReader,
  name: string,
  offset: number,
  size: number,
): Promise<{ readonly label?: string }> {
  if (!/\.cls$/i.test(name) || size > LARGEST_LABEL) return {};
  return { label: (await reader.read(offset, size)).toString("utf8").trim() };
}
