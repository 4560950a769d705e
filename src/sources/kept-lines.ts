import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { SpuriousError } from "../errors.js";
import { textLines } from "./text-lines.js";

/** Lines are gathered into pieces of about this many characters. */
const PIECE = 1 << 16;
/** The last line is shorter. */
const TAIL = 1 << 14;

/**
 * Lines in a cache, between a heading that says what they are of and a last line with what is known
 * at their end and the SHA-256 of all that: a file that was cut or changed is told from a whole one.
 */
export class KeptLines<End> {
  private constructor(
    private readonly file: string,
    /** What was known behind the last line. */
    readonly end: End,
  ) {}

  /** null where there is none of that heading and with such an end, or a damaged one. */
  static async open<End>(
    file: string,
    heading: string,
    isEnd: (end: unknown) => boolean,
  ): Promise<KeptLines<End> | null> {
    const handle = await open(file).catch(() => null);
    if (handle === null) return null;
    let last: LastLine<End> | null;
    try {
      const first = await readAt(handle, 0, Buffer.byteLength(heading) + 1);
      last = first.toString() === `${heading}\n` ? await readLastLine<End>(handle) : null;
    } finally {
      await handle.close();
    }
    if (last === null || !isEnd(last.end)) return null;
    const hash = createHash("sha256");
    for await (const piece of createReadStream(file, { end: last.at - 1 })) {
      hash.update(piece as Buffer);
    }
    hash.update(JSON.stringify(last.end));
    return hash.digest("hex") === last.sha256 ? new KeptLines(file, last.end) : null;
  }

  /**
   * Writes lines as they come; the file gets its name when it is complete.
   * @returns null where nothing can be written: a cache is no more than a help
   * @throws what making the lines throws
   */
  static async write<End>(
    file: string,
    heading: string,
    lines: AsyncGenerator<string, End>,
  ): Promise<KeptLines<End> | null> {
    const temporary = `${file}.${String(process.pid)}.${String((writes += 1))}.tmp`;
    try {
      await mkdir(dirname(file), { recursive: true });
      const handle = await open(temporary, "w");
      let end: End;
      try {
        end = await writeAll(handle, heading, lines);
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      return new KeptLines(file, end);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      if (error instanceof SpuriousError) throw error;
      return null;
    }
  }

  async *lines(): AsyncGenerator<string> {
    let waiting: string | null = null;
    let isHeading = true;
    for await (const line of textLines(this.file)) {
      if (waiting !== null) yield waiting;
      waiting = isHeading ? null : line;
      isHeading = false;
    }
  }
}

/** Several files may be written at once. */
let writes = 0;

interface LastLine<End> {
  readonly end: End;
  readonly sha256: string;
  /** Where it begins. */
  readonly at: number;
}

async function writeAll<End>(
  handle: FileHandle,
  heading: string,
  lines: AsyncGenerator<string, End>,
): Promise<End> {
  const hash = createHash("sha256");
  let piece = `${heading}\n`;
  const flush = async (): Promise<void> => {
    hash.update(piece);
    await handle.appendFile(piece);
    piece = "";
  };
  for (;;) {
    const next = await lines.next();
    if (next.done === true) {
      await flush();
      hash.update(JSON.stringify(next.value));
      const last = { end: next.value, sha256: hash.digest("hex") };
      await handle.appendFile(`${JSON.stringify(last)}\n`);
      await handle.sync();
      return next.value;
    }
    piece += `${next.value}\n`;
    if (piece.length > PIECE) await flush();
  }
}

async function readLastLine<End>(handle: FileHandle): Promise<LastLine<End> | null> {
  const { size } = await handle.stat();
  const start = Math.max(0, size - TAIL);
  const tail = await readAt(handle, start, TAIL);
  const before = tail.lastIndexOf("\n", tail.length - 2);
  if (before === -1 || tail.at(-1) !== 0x0a) return null;
  try {
    const line = JSON.parse(tail.toString("utf8", before + 1)) as Omit<LastLine<End>, "at"> | null;
    return line && { ...line, at: start + before + 1 };
  } catch {
    return null;
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
