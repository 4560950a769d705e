import { type ByteSource, FileSource } from "./byte-source.js";
import { artefactInvalid } from "./invalid.js";
import { unpickle } from "./pickle.js";
import { PickleError, type PickleValue } from "./pickle-values.js";
import { readLegacyTorch } from "./torch-legacy.js";
import { storageOfId, torchGlobal, type TorchStorage } from "./torch-tensor.js";
import { locateEntry, readZipDirectory, type ZipEntry } from "./zip.js";
import { verifyZipEntry } from "./zip-content.js";

const ZIP_SIGNATURE = 0x04034b50;
/** The names and shapes of a model's tensors take some megabytes at most. */
const LARGEST_PICKLE = 2 ** 30;

/** A file of torch.save, open: its tensors are read where they are asked for. */
export class TorchFile implements AsyncDisposable {
  private constructor(
    readonly path: string,
    /** zip since PyTorch 1.6, legacy before. */
    readonly format: "zip" | "legacy",
    /** What was saved; tensors are TorchTensor. */
    readonly value: PickleValue,
    private readonly source: FileSource,
  ) {}

  /**
   * Opens a file of torch.save without PyTorch and without running anything of it: the pickle
   * inside may hold plain values and tensors alone. Checksums are compared: a damaged weight would
   * go unnoticed.
   * @throws ARTEFACT_INVALID missing, damaged, of another kind, or wanting code, which is named
   */
  static async open(path: string): Promise<TorchFile> {
    const source = await FileSource.open(path);
    try {
      const start = source.bytes(0, 4);
      const isZip = start.length === 4 && start.readUInt32LE(0) === ZIP_SIGNATURE;
      if (!isZip && start[0] !== 0x80) {
        throw artefactInvalid("reading a file of torch.save", path, "a checkpoint", "other bytes");
      }
      if (isZip) await verifyContent(source);
      const value = asArtefact("reading a file of torch.save", path, () =>
        isZip ? readZip(source) : readLegacyTorch(source),
      );
      return new TorchFile(path, isZip ? "zip" : "legacy", value, source);
    } catch (error) {
      await source[Symbol.asyncDispose]();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.source[Symbol.asyncDispose]();
  }
}

/** Turns what is wrong with a pickle into ARTEFACT_INVALID about a file. */
export function asArtefact<T>(what: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PickleError)) throw cause;
    const { expected, got, hint } = cause;
    throw artefactInvalid(what, path, expected, got, { hint, cause });
  }
}

/** torch.save writes the checksum 0 where it was told to compute none (set_crc32_options). */
async function verifyContent(source: ByteSource): Promise<void> {
  for (const entry of readZipDirectory(source).values()) {
    if (entry.crc32 !== 0) await verifyZipEntry(source, entry);
  }
}

function readZip(source: ByteSource): PickleValue {
  const entries = readZipDirectory(source);
  const pickleName = [...entries.keys()].find((name) => /(^|\/)data\.pkl$/.test(name));
  const pickleEntry = entries.get(pickleName ?? "");
  if (pickleName === undefined || pickleEntry === undefined) {
    throw new PickleError("data.pkl in the archive of torch.save", "a zip archive without it");
  }
  const prefix = pickleName.slice(0, -"data.pkl".length);
  if (entries.has(`${prefix}constants.pkl`)) {
    throw new PickleError(
      "a checkpoint (torch.save)",
      "a TorchScript archive",
      "it is a model already: every command that takes a MODEL takes it as it is",
    );
  }
  const bigEndian = readByteOrder(source, entries.get(`${prefix}byteorder`)) === "big";
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: PickleValue): PickleValue => {
    const { key, storage } = storageOfId(id);
    const known = storages.get(key);
    if (known !== undefined) return known;
    const entry = entries.get(`${prefix}data/${key}`);
    if (entry === undefined || entry.size < storage.byteLength) {
      const got = entry === undefined ? "none" : `${String(entry.size)} bytes`;
      throw new PickleError(`${String(storage.byteLength)} bytes of data/${key}`, got);
    }
    storage.locate(source, locateEntry(source, entry), bigEndian);
    storages.set(key, storage);
    return storage;
  };
  const bytes = entryBytes(source, pickleEntry);
  return unpickle(bytes, { resolve: torchGlobal, persistent }).value;
}

/** Files without a note of it are little-endian, as nearly every machine is. */
function readByteOrder(source: ByteSource, entry: ZipEntry | undefined): string {
  return entry === undefined ? "little" : entryBytes(source, entry).toString("latin1").trim();
}

function entryBytes(source: ByteSource, entry: ZipEntry): Buffer {
  if (entry.size > LARGEST_PICKLE) {
    throw new PickleError(`at most ${LARGEST_PICKLE} bytes of ${entry.name}`, `${entry.size}`);
  }
  return source.bytes(locateEntry(source, entry), entry.size);
}
