import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { SpuriousError } from "../errors.js";
import type { ByteSource } from "./byte-source.js";
import { crc32 } from "./crc32.js";
import { artefactInvalid } from "./invalid.js";
import { locatePacked, type ZipEntry } from "./zip.js";

const STORED = 0;
const DEFLATED = 8;
/** Read at a time: what a check of gigabytes holds in memory. */
const STEP = 1 << 20;

/**
 * Reads a whole entry and compares its size and its checksum with those of the directory.
 * @throws ARTEFACT_INVALID
 */
export async function verifyZipEntry(source: ByteSource, entry: ZipEntry): Promise<void> {
  let sum = 0;
  await unpack(source, entry, (chunk) => {
    sum = crc32(chunk, sum);
  });
  if (sum === entry.crc32) return;
  throw invalid(source, `checksum ${hex(entry.crc32)} of ${entry.name}`, hex(sum));
}

/**
 * An entry in memory.
 * @param largest bytes; a larger one is refused before it is read
 * @throws ARTEFACT_INVALID
 */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  largest: number,
): Promise<Buffer> {
  if (entry.size > largest) {
    throw invalid(source, `at most ${String(largest)} bytes of ${entry.name}`, String(entry.size));
  }
  const chunks: Buffer[] = [];
  await unpack(source, entry, (chunk) => chunks.push(chunk));
  return Buffer.concat(chunks);
}

/** Gives `take` the content in parts; no more of it than the directory says. */
async function unpack(
  source: ByteSource,
  entry: ZipEntry,
  take: (chunk: Buffer) => void,
): Promise<void> {
  let size = 0;
  const count = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > entry.size) throw wrongSize(source, entry, "more");
    take(chunk);
  };
  if (entry.method === STORED) {
    for await (const chunk of packedChunks(source, entry)) count(chunk);
  } else if (entry.method === DEFLATED) {
    await inflate(source, entry, count);
  } else {
    throw invalid(source, `${entry.name} stored or deflated`, `method ${String(entry.method)}`);
  }
  if (size < entry.size) throw wrongSize(source, entry, String(size));
}

async function inflate(
  source: ByteSource,
  entry: ZipEntry,
  take: (chunk: Buffer) => void,
): Promise<void> {
  try {
    await pipeline(packedChunks(source, entry), createInflateRaw(), async (unpacked) => {
      for await (const chunk of unpacked) take(chunk as Buffer);
    });
  } catch (cause) {
    if (cause instanceof SpuriousError) throw cause;
    const { message } = cause as Error;
    throw invalid(source, `the deflated content of ${entry.name}`, message, cause);
  }
}

async function* packedChunks(source: ByteSource, entry: ZipEntry): AsyncGenerator<Buffer> {
  const start = locatePacked(source, entry);
  for (let at = 0; at < entry.packedSize; at += STEP) {
    yield await source.load(start + at, Math.min(STEP, entry.packedSize - at));
  }
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}

function wrongSize(source: ByteSource, entry: ZipEntry, got: string): SpuriousError {
  return invalid(source, `${String(entry.size)} bytes of ${entry.name}`, got);
}

function invalid(
  source: ByteSource,
  expected: string,
  got: string,
  cause?: unknown,
): SpuriousError {
  return artefactInvalid("reading a zip archive", source.name, expected, got, { cause });
}
