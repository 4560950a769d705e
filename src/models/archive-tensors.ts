import { spanOf } from "../artefacts/dense.js";
import { isShape } from "../artefacts/numpy-globals.js";
import { unpickle } from "../artefacts/pickle.js";
import {
  describe,
  PickleError,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from "../artefacts/pickle-values.js";

/** Bytes of an element, by the name of its storage type in Python; 1 for all others (8-bit types). */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  ShortStorage: 2,
  UInt16Storage: 2,
  HalfStorage: 2,
  BFloat16Storage: 2,
  IntStorage: 4,
  UInt32Storage: 4,
  FloatStorage: 4,
  ComplexHalfStorage: 4,
  QInt32Storage: 4,
  LongStorage: 8,
  UInt64Storage: 8,
  DoubleStorage: 8,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
};

class StorageType extends PickleGlobal {
  constructor(
    name: string,
    readonly elementBytes: number,
  ) {
    super(name);
  }
}

/** Numbers of the archive that tensors share. */
class Storage extends PickleObject {
  constructor(readonly count: number) {
    super();
  }
}

/** What a program makes of its classes, types and lists: of no interest here. */
class Opaque extends PickleObject {
  override build(): void {
    // Attributes of a module: its tensors have been looked at.
  }
}

/**
 * Looks at the tensors that a pickle of TorchScript describes: each storage has its bytes in the
 * archive, each tensor lies inside its storage. libtorch compares neither, and reads whatever is
 * beyond, or dies.
 * @param bytes content of data.pkl or constants.pkl
 * @param sizeOf bytes of a storage's record; undefined where there is none
 * @throws PickleError
 */
export function checkArchiveTensors(
  bytes: Uint8Array,
  sizeOf: (key: string) => number | undefined,
): void {
  const persistent = (id: PickleValue): PickleValue => {
    const [kind, type, key, , count] = Array.isArray(id) ? id : [];
    if (
      kind !== "storage" ||
      !(type instanceof StorageType) ||
      typeof key !== "string" ||
      !isCount(count)
    ) {
      throw new PickleError("a reference to a storage", describe(type ?? id));
    }
    const size = sizeOf(key);
    const needed = count * type.elementBytes;
    if (size !== undefined && size >= needed) return new Storage(count);
    const got = size === undefined ? "no such record" : `${String(size)} bytes`;
    throw new PickleError(`${String(needed)} bytes of storage ${key}`, got);
  };
  unpickle(bytes, { resolve, persistent });
}

function resolve(module: string, name: string): PickleGlobal {
  const full = `${module}.${name}`;
  if (module === "torch" && name.endsWith("Storage")) {
    return new StorageType(full, ELEMENT_BYTES[name] ?? 1);
  }
  if (module === "torch._utils" && /^_rebuild_q?tensor/.test(name)) {
    return new PickleGlobal(full, rebuildTensor);
  }
  return new PickleGlobal(full, () => new Opaque());
}

/** (storage, offset, size, strides, ...), as plain and quantised tensors begin */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): PickleValue {
  if (
    !(storage instanceof Storage) ||
    !isCount(offset) ||
    !isShape(shape) ||
    !isShape(strides) ||
    strides.length !== shape.length
  ) {
    throw new PickleError("a tensor's storage, offset, size and strides", describe(storage));
  }
  const span = spanOf({ shape, strides, offset });
  if (offset + span <= storage.count) return new Opaque();
  throw new PickleError(
    `a tensor inside its storage of ${String(storage.count)} values`,
    `shape [${shape.join(", ")}], strides [${strides.join(", ")}] from ${String(offset)}`,
  );
}

function isCount(value: PickleValue | undefined): value is number {
  return isShape([value]);
}
