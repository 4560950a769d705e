import { type FileHandle, open, stat } from "node:fs/promises";
import { SpuriousError } from "../errors.js";
import type { RandomAccess } from "./random-access.js";
import { sourceChanged } from "./source-errors.js";

/** A few times what a header of a tar file takes, and no more than the disk reads anyway. */
const BLOCK_SIZE = 1 << 14;

/** A file of the file system. It is open while it is read or held. */
export class LocalFile implements RandomAccess {
  readonly blockSize = BLOCK_SIZE;
  #users = 0;
  #file: Promise<FileHandle> | undefined;

  private constructor(
    readonly name: string,
    readonly size: number,
    readonly identity: string,
  ) {}

  /** @throws DATA_NOT_FOUND */
  static async open(path: string): Promise<LocalFile> {
    try {
      const status = await stat(path);
      return new LocalFile(path, status.size, identityOf(status));
    } catch (cause) {
      throw notReadable(path, cause);
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    await using held = this.hold();
    const file = await held.file;
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file
        .read(bytes, filled, bytes.length - filled, offset + filled)
        .catch((cause: unknown) => {
          throw notReadable(this.name, cause);
        });
      if (bytesRead === 0) throw sourceChanged(this.name, `${String(this.size)} bytes`, "fewer");
      filled += bytesRead;
    }
    return bytes;
  }

  hold(): AsyncDisposable & { readonly file: Promise<FileHandle> } {
    this.#users += 1;
    this.#file ??= this.#open();
    const file = this.#file;
    return {
      file,
      [Symbol.asyncDispose]: async () => {
        this.#users -= 1;
        if (this.#users > 0) return;
        this.#file = undefined;
        await file.then((one) => one.close()).catch(() => undefined);
      },
    };
  }

  /** A file that was written anew must not be read at the places of the old one. */
  async #open(): Promise<FileHandle> {
    let file: FileHandle;
    try {
      file = await open(this.name);
    } catch (cause) {
      throw notReadable(this.name, cause);
    }
    const status = await file.stat();
    if (identityOf(status) === this.identity) return file;
    await file.close();
    throw sourceChanged(
      this.name,
      `${String(this.size)} bytes as when it was opened`,
      `${String(status.size)} of another time`,
    );
  }
}

function identityOf({ size, mtimeMs }: { size: number; mtimeMs: number }): string {
  return `${String(size)}:${String(mtimeMs)}`;
}

function notReadable(path: string, cause: unknown): SpuriousError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const got = code === "ENOENT" ? "nothing there" : message;
  return new SpuriousError(
    "DATA_NOT_FOUND",
    `data not read: ${path}: expected a file that can be read, got ${got}`,
    { input: path, cause },
  );
}
