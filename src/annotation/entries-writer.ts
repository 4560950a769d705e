import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { SpuriousError } from "../errors.js";
import { writeFailed, writeFileAtomic } from "../results/atomic.js";
import { readIfPresent } from "../results/read-if-present.js";
import { RunLock } from "../results/run-lock.js";
import { type Entry, lastStanding, type Stamped, type UndoEntry } from "./entries.js";
import {
  ENTRIES_END,
  type EntriesFile,
  type EntriesFormat,
  type EntriesHeader,
  entriesText,
  entryLine,
  parseEntries,
} from "./entries-file.js";

/** What the header tells of who says what about which; a file is gone on with by the same only. */
export type EntriesOwner<Header extends EntriesHeader> = Omit<Header, "schema" | "created">;

/** What a person is told who gives a file that is of something else. */
export interface WriterOptions {
  readonly hint: string;
}

/** An annotation file, open for appending. One process has it at a time. */
export class EntriesWriter<Header extends EntriesHeader, Answer extends Stamped>
  implements AsyncDisposable
{
  readonly #entries: Entry<Answer>[];
  readonly #file: FileHandle;
  readonly #lock: RunLock;
  /** Bytes in front of the end. */
  #whole: number;

  private constructor(
    private readonly content: EntriesFile<Header, Answer>,
    private readonly what: string,
    file: FileHandle,
    lock: RunLock,
    size: number,
  ) {
    this.#file = file;
    this.#entries = [...content.entries];
    this.#lock = lock;
    this.#whole = size - ENTRIES_END.length;
  }

  /**
   * Opens an annotation file, or begins it. What a killed process left half-written is dropped.
   * @throws USAGE_INVALID another process has it open
   * @throws RESUME_MISMATCH its header is another owner's
   * @throws ARTEFACT_INVALID, OUTPUT_WRITE_FAILED
   */
  static async open<Header extends EntriesHeader, Answer extends Stamped>(
    path: string,
    format: EntriesFormat<Header, Answer>,
    owner: EntriesOwner<Header>,
    { hint }: WriterOptions,
  ): Promise<EntriesWriter<Header, Answer>> {
    await makeFolder(path);
    const lockPath = `${path}.lock`;
    const { what } = format;
    const lock = await RunLock.take(lockPath, path, (holder) =>
      taken(what, path, lockPath, holder),
    );
    try {
      const text = await readIfPresent(path);
      const content = text === null ? begin(path, format, owner) : parseEntries(path, text, format);
      requireOwner(what, content, owner, hint);
      const wanted = entriesText(content.header, content.entries);
      if (text !== wanted) await writeFileAtomic(path, wanted);
      await syncFolder(path);
      const file = await openFile(path);
      return new EntriesWriter(content, what, file, lock, Buffer.byteLength(wanted));
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  get path(): string {
    return this.content.path;
  }

  get header(): Header {
    return this.content.header;
  }

  get entries(): readonly Entry<Answer>[] {
    return this.#entries;
  }

  /** Number of entries: grows with everything that is said or taken back. */
  get version(): number {
    return this.#entries.length;
  }

  /** Adds an answer; it is on disk when this resolves. @throws OUTPUT_WRITE_FAILED, ARTEFACT_INVALID */
  async answer(said: Omit<Answer, keyof Stamped>): Promise<Answer> {
    const entry = { ...this.#stamp(), ...said } as Answer;
    await this.#append(entry);
    return entry;
  }

  /**
   * Takes the last answer back.
   * @returns what was taken back; null where there is nothing
   * @throws OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  async undo(): Promise<Answer | null> {
    const last = lastStanding(this.#entries);
    if (last === null) return null;
    const entry: UndoEntry = { ...this.#stamp(), undo: last.n };
    await this.#append(entry);
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await this.#lock[Symbol.asyncDispose]();
  }

  #stamp(): Stamped {
    return { n: this.#entries.length + 1, time: new Date().toISOString() };
  }

  async #append(entry: Entry<Answer>): Promise<void> {
    const { size } = await this.#file.stat();
    if (size !== this.#whole + ENTRIES_END.length) {
      throw new SpuriousError(
        "ARTEFACT_INVALID",
        `writing ${this.what}: ${this.path}: expected the file as it was left (${String(this.#whole + ENTRIES_END.length)} bytes), got ${String(size)} bytes`,
        { input: this.path, hint: "somebody else wrote to it; stop the page and start it again" },
      );
    }
    const line = Buffer.from(entryLine(entry, this.#entries.length === 0));
    try {
      await this.#writeAt(this.#whole, Buffer.concat([line, Buffer.from(ENTRIES_END)]));
    } catch (cause) {
      await this.#restore();
      throw writeFailed(this.path, cause);
    }
    this.#whole += line.length;
    this.#entries.push(entry);
  }

  async #writeAt(position: number, bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
    await this.#file.sync();
  }

  /** After a failure the file ends where it did; if even that fails, the next start repairs it. */
  async #restore(): Promise<void> {
    try {
      await this.#file.truncate(this.#whole);
      await this.#writeAt(this.#whole, Buffer.from(ENTRIES_END));
    } catch {
      // The failure that is reported is the first.
    }
  }
}

function begin<Header extends EntriesHeader, Answer extends Stamped>(
  path: string,
  { schema }: EntriesFormat<Header, Answer>,
  owner: EntriesOwner<Header>,
): EntriesFile<Header, Answer> {
  const created = new Date().toISOString();
  return { path, header: { schema, ...owner, created } as unknown as Header, entries: [] };
}

function requireOwner<Header extends EntriesHeader>(
  what: string,
  { path, header }: { readonly path: string; readonly header: Header },
  owner: EntriesOwner<Header>,
  hint: string,
): void {
  for (const [name, wanted] of Object.entries(owner)) {
    const found: unknown = header[name as keyof Header];
    if (told(found) === told(wanted)) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `going on with ${what}: ${path}: expected ${name} ${told(wanted)}, got ${told(found)}`,
      { input: path, hint },
    );
  }
}

function told(value: unknown): string {
  if (value === null) return "unknown";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function taken(what: string, path: string, lockPath: string, holder: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `opening ${what}: ${path}: expected a file that nobody else writes to, got one that is open: ${holder}`,
    { input: path, hint: `stop the other page, or delete ${lockPath} if there is none` },
  );
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw writeFailed(dirname(path), cause);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (cause) {
    throw writeFailed(path, cause);
  }
}

/** A new file's name is on disk only when its folder is. Not every system can do this. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(dirname(path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders; its file system orders this by itself.
  }
}
