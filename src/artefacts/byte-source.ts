import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { artefactInvalid } from "./invalid.js";

/** Bytes that are read where they are needed: a file, or a part of one that is in memory already. */
export interface ByteSource {
  /** The file's path, for messages. */
  readonly name: string;
  readonly size: number;
  /**
   * Headers and other small parts, at once. Ends early where the source does.
   * @param length bytes
   */
  bytes(offset: number, length: number): Buffer;
  /** Large parts; aligned for every typed array. Ends early where the source does. */
  load(offset: number, length: number): Promise<Buffer>;
}

/** One read of the operating system takes less than 2 GiB. */
const LARGEST_READ = 2 ** 30;

/** An open file; disposing closes it. */
export class FileSource implements ByteSource, AsyncDisposable {
  private constructor(
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** @throws ARTEFACT_INVALID missing, a folder, without permission */
  static async open(path: string): Promise<FileSource> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path);
      const status = await handle.stat();
      if (status.isFile()) return new FileSource(path, status.size, handle);
    } catch (cause) {
      await handle?.close();
      const { code, message } = cause as NodeJS.ErrnoException;
      const got = code === "ENOENT" ? "no such file" : message;
      throw artefactInvalid("reading a file", path, "a readable file", got, { cause });
    }
    await handle.close();
    throw artefactInvalid("reading a file", path, "a file", "a folder");
  }

  bytes(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(this.#within(offset, length));
    let done = 0;
    while (done < buffer.length) {
      const step = Math.min(LARGEST_READ, buffer.length - done);
      const read = readSync(this.handle.fd, buffer, done, step, offset + done);
      if (read === 0) break;
      done += read;
    }
    return buffer.subarray(0, done);
  }

  async load(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(this.#within(offset, length));
    let done = 0;
    while (done < buffer.length) {
      const step = Math.min(LARGEST_READ, buffer.length - done);
      const { bytesRead } = await this.handle.read(buffer, done, step, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  #within(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.size - offset));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

/** Bytes in memory as a source. */
export function memorySource(name: string, content: Uint8Array): ByteSource {
  const whole = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const bytes = (offset: number, length: number): Buffer =>
    whole.subarray(offset, Math.min(whole.length, offset + length));
  return {
    name,
    size: whole.length,
    bytes,
    load: (offset, length) => {
      const part = bytes(offset, length);
      const copy = Buffer.allocUnsafeSlow(part.length);
      part.copy(copy);
      return Promise.resolve(copy);
    },
  };
}
