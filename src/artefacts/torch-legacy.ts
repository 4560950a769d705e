import { type ByteSource, memorySource } from "./byte-source.js";
import { unpickle, type Unpickled } from "./pickle.js";
import {
  describe,
  PickleError,
  PickleGlobal,
  PickleTruncated,
  type PickleValue,
} from "./pickle-values.js";
import { storageOfId, torchGlobal, type TorchStorage } from "./torch-tensor.js";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Bytes read first for a pickle whose length nobody tells; more where they do not do. */
const FIRST_WINDOW = 2 ** 18;
const LARGEST_PICKLE = 2 ** 30;

/**
 * The format of torch.save before PyTorch 1.6, which still serves pickles of tensors: four pickles
 * (magic number, protocol, machine, the value), the keys of the storages, then each storage as its
 * number of elements and its raw numbers.
 * @throws PickleError
 */
export function readLegacyTorch(source: ByteSource, resolve = torchGlobal): PickleValue {
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: PickleValue): PickleValue => {
    const { key, storage } = storageOfId(id);
    const known = storages.get(key) ?? storage;
    storages.set(key, known);
    return known;
  };
  let position = 0;
  const next = (): PickleValue => {
    const { value, length } = readPickleAt(source, position, { resolve, persistent });
    position += length;
    return value;
  };
  if (next() !== MAGIC || next() !== PROTOCOL) {
    throw new PickleError("a file of torch.save", "a pickle of something else");
  }
  const machine = next();
  const bigEndian = machine instanceof Map && machine.get("little_endian") === false;
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new PickleError("the keys of the storages", describe(keys));
  placeStorages(source, position, keys, storages, bigEndian);
  return value;
}

/** Storages follow each other in the order of their keys. */
function placeStorages(
  source: ByteSource,
  start: number,
  keys: readonly PickleValue[],
  storages: ReadonlyMap<string, TorchStorage>,
  bigEndian: boolean,
): void {
  let position = start;
  const placed = new Set<TorchStorage>();
  for (const key of keys) {
    const storage = storages.get(typeof key === "number" ? String(key) : (key as string));
    const count = source.bytes(position, 8);
    if (storage === undefined || count.length < 8) throw new PickleTruncated();
    if (Number(count.readBigInt64LE()) !== storage.count) {
      throw new PickleError(`${String(storage.count)} values of a storage`, "another number");
    }
    storage.locate(source, position + 8, bigEndian);
    placed.add(storage);
    position += 8 + storage.byteLength;
  }
  if (position > source.size || placed.size !== storages.size) throw new PickleTruncated();
}

function readPickleAt(
  source: ByteSource,
  position: number,
  options: Parameters<typeof unpickle>[1],
): Unpickled {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const bytes = source.bytes(position, window);
    try {
      return unpickle(bytes, options);
    } catch (error) {
      const isWhole = position + bytes.length >= source.size;
      if (!(error instanceof PickleTruncated) || isWhole || window >= LARGEST_PICKLE) throw error;
    }
  }
}

/** Nested files of one pickle; a checkpoint in this form has one for every tensor. */
const MOST_NESTED = 10_000;

/**
 * Globals of a pickle that holds tensors without torch.save around it: every storage is a legacy
 * file of its own in a text of bytes.
 */
export function nestedTorchGlobals(
  path: string,
): (module: string, name: string) => PickleGlobal | undefined {
  let left = MOST_NESTED;
  const load = new PickleGlobal("torch.storage._load_from_bytes", ([bytes]) => {
    if (!(bytes instanceof Uint8Array) || left-- <= 0) {
      throw new PickleError("the bytes of a storage", describe(bytes));
    }
    return readLegacyTorch(memorySource(path, bytes));
  });
  return (module, name) => (`${module}.${name}` === load.name ? load : torchGlobal(module, name));
}
