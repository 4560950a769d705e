import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { imageError } from "../images/decoded-image.js";
import { writeFailed } from "../results/atomic.js";

import type { ImageAddress, ImagePool } from "./pool.js";
import { tarMembers, type TarEnd, type TarMember } from "./tar-members.js";
import { textLines } from "./text-lines.js";

const INDEX_SCHEMA = "spurious-native/tar-index/1";

/** First line of an index; another tar file of the same name has another size or time. */
interface IndexHeading {
  readonly schema: typeof INDEX_SCHEMA;
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
}

/** Lines are gathered into pieces of about this many characters. */
const PIECE = 1 << 16;

/**
 * The pictures in a tar file, read where they are. Its headers are walked once; where members lie is
 * kept in a file, one line each, so that going on and reading back need no second walk and no memory.
 * @param indexFolder where the index is kept; made if need be
 */
export function tarPool(path: string, pool: number, indexFolder: string): ImagePool {
  const name = basename(path);
  // Two shards may have the same name in different folders.
  const key = createHash("sha256").update(path).digest("hex").slice(0, 12);
  const index = join(indexFolder, `${key}.jsonl`);
  let damage: string | null = null;

  async function* images(): AsyncGenerator<ImageAddress> {
    await buildIndex(path, index);
    let isHeading = true;
    for await (const line of textLines(index)) {
      const entry = JSON.parse(line) as TarMember | TarEnd | IndexHeading;
      if ("damage" in entry) damage = entry.damage;
      else if (!isHeading && "offset" in entry) {
        yield {
          id: `${name}/${entry.name.replace(/^(\.\/)+/, "")}`,
          pool,
          offset: entry.offset,
          size: entry.size,
        };
      }
      isHeading = false;
    }
  }

  return {
    path,
    kind: "tar",
    images,
    read: (address) => readMember(path, address),
    damage: () => damage,
  };
}

/** Writes the index whole, unless there is one of this very file. */
async function buildIndex(path: string, index: string): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  const heading: IndexHeading = { schema: INDEX_SCHEMA, path, bytes: size, modified: mtimeMs };
  if ((await firstLine(index)) === JSON.stringify(heading)) return;
  const temporary = `${index}.${String(process.pid)}.tmp`;
  try {
    await mkdir(join(index, ".."), { recursive: true });
    const file = await open(temporary, "w");
    try {
      await writeIndex(file, heading, path);
    } finally {
      await file.close();
    }
    await rename(temporary, index);
  } catch (cause) {
    throw cause instanceof SpuriousError ? cause : writeFailed(index, cause);
  }
}

async function writeIndex(file: FileHandle, heading: IndexHeading, path: string): Promise<void> {
  let piece = `${JSON.stringify(heading)}\n`;
  const members = tarMembers(path);
  for (;;) {
    const next = await members.next();
    piece += `${JSON.stringify(next.value)}\n`;
    if (next.done === true || piece.length > PIECE) {
      await file.appendFile(piece);
      piece = "";
    }
    if (next.done === true) break;
  }
  await file.sync();
}

async function firstLine(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  for await (const line of textLines(path)) return line;
  return null;
}

async function readMember(path: string, { id, offset = 0, size = 0 }: ImageAddress) {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const content = Buffer.allocUnsafeSlow(size);
    const { bytesRead } = await file.read(content, 0, size, offset);
    if (bytesRead === size) return content;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such tar file" : message;
    throw imageError("IMAGE_UNREADABLE", id, `expected a member of ${path}, got ${got}`, { cause });
  } finally {
    await file?.close();
  }
  throw imageError("IMAGE_TRUNCATED", id, `expected ${String(size)} bytes of ${path}, got fewer`);
}
