/** A file of which any part can be read, on a disk, at a URL or in memory. */
export interface RandomAccess {
  /** Path or URL. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /**
   * Another one for another content: what an index of the file is kept by. Empty where nothing tells
   * contents apart.
   */
  readonly identity: string;
  /** Bytes that one read may as well bring: more than are wanted cost nothing up to here. */
  readonly blockSize: number;
  /**
   * Bytes of the file, fewer only at its end.
   * @throws DATA_NOT_FOUND, SOURCE_CHANGED the file is another one by now, SOURCE_UNREACHABLE
   */
  read(offset: number, length: number): Promise<Buffer>;
  /** Keeps the file open over many reads. */
  hold(): AsyncDisposable;
}

/** For files that need not be kept open. */
export const NOTHING_HELD: AsyncDisposable = {
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Bytes in memory. */
export function memoryFile(name: string, bytes: Buffer): RandomAccess {
  return {
    name,
    size: bytes.length,
    identity: name,
    blockSize: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    hold: () => NOTHING_HELD,
  };
}
