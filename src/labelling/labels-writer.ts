import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { SpuriousError } from "../errors.js";
import { writeFailed, writeFileAtomic } from "../results/atomic.js";
import { readIfPresent } from "../results/read-if-present.js";
import { RunLock } from "../results/run-lock.js";
import { type AnswerEntry, lastStanding, type LabelEntry, type UndoEntry } from "./answers.js";
import {
  entryLine,
  LABELS_END,
  LABELS_SCHEMA,
  type LabelsFile,
  type LabelsHeader,
  labelsText,
  parseLabels,
} from "./labels-file.js";

/** Who labels what; a file is gone on with by the same only. */
export type LabelsOwner = Pick<LabelsHeader, "annotator" | "role" | "model">;

/** An annotator's file, open for appending. One process has it at a time. */
export class LabelsWriter implements AsyncDisposable {
  readonly #entries: LabelEntry[];
  readonly #file: FileHandle;
  readonly #lock: RunLock;
  /** Bytes in front of the end. */
  #whole: number;

  private constructor(
    readonly path: string,
    readonly header: LabelsHeader,
    file: FileHandle,
    entries: readonly LabelEntry[],
    lock: RunLock,
    size: number,
  ) {
    this.#file = file;
    this.#entries = [...entries];
    this.#lock = lock;
    this.#whole = size - LABELS_END.length;
  }

  /**
   * Opens an annotator's file, or begins it. What a killed process left half-written is dropped.
   * @throws USAGE_INVALID another process has it open
   * @throws RESUME_MISMATCH it is somebody else's, or of another model
   * @throws ARTEFACT_INVALID, OUTPUT_WRITE_FAILED
   */
  static async open(path: string, owner: LabelsOwner): Promise<LabelsWriter> {
    await makeFolder(path);
    const lockPath = `${path}.lock`;
    const lock = await RunLock.take(lockPath, path, (holder) => taken(path, lockPath, holder));
    try {
      const text = await readIfPresent(path);
      const { header, entries } = text === null ? begin(path, owner) : parseLabels(path, text);
      requireOwner(path, header, owner);
      const wanted = labelsText(header, entries);
      if (text !== wanted) await writeFileAtomic(path, wanted);
      await syncFolder(path);
      const file = await openFile(path);
      return new LabelsWriter(path, header, file, entries, lock, Buffer.byteLength(wanted));
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  get entries(): readonly LabelEntry[] {
    return this.#entries;
  }

  /** Number of entries: grows with everything that is said or taken back. */
  get version(): number {
    return this.#entries.length;
  }

  /** Adds an answer; it is on disk when this resolves. @throws OUTPUT_WRITE_FAILED, ARTEFACT_INVALID */
  async answer(said: Omit<AnswerEntry, "n" | "time">): Promise<AnswerEntry> {
    const entry = { ...this.#stamp(), ...said };
    await this.#append(entry);
    return entry;
  }

  /**
   * Takes the last answer back.
   * @returns what was taken back; null where there is nothing
   * @throws OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  async undo(): Promise<AnswerEntry | null> {
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

  #stamp() {
    return { n: this.#entries.length + 1, time: new Date().toISOString() };
  }

  async #append(entry: LabelEntry): Promise<void> {
    const { size } = await this.#file.stat();
    if (size !== this.#whole + LABELS_END.length) {
      throw new SpuriousError(
        "ARTEFACT_INVALID",
        `writing labels: ${this.path}: expected the file as it was left (${String(this.#whole + LABELS_END.length)} bytes), got ${String(size)} bytes`,
        { input: this.path, hint: "somebody else wrote to it; stop the page and start it again" },
      );
    }
    const line = Buffer.from(entryLine(entry, this.#entries.length === 0));
    try {
      await this.#writeAt(this.#whole, Buffer.concat([line, Buffer.from(LABELS_END)]));
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
      await this.#writeAt(this.#whole, Buffer.from(LABELS_END));
    } catch {
      // The failure that is reported is the first.
    }
  }
}

function begin(path: string, owner: LabelsOwner): LabelsFile {
  const { annotator, role, model } = owner;
  const created = new Date().toISOString();
  return { path, header: { schema: LABELS_SCHEMA, annotator, role, model, created }, entries: [] };
}

function requireOwner(path: string, header: LabelsHeader, owner: LabelsOwner): void {
  for (const name of ["annotator", "role", "model"] as const) {
    if (header[name] === owner[name]) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `going on with labels: ${path}: expected ${name} ${owner[name] ?? "unknown"}, got ${header[name] ?? "unknown"}`,
      { input: path, hint: "choose another --annotator or another --labels folder" },
    );
  }
}

function taken(path: string, lockPath: string, holder: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `opening labels: ${path}: expected a file that nobody else writes to, got one that is open: ${holder}`,
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
