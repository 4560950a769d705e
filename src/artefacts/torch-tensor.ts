import type { ByteSource } from "./byte-source.js";
import {
  countOf,
  decodeNumbers,
  type DenseTensor,
  type DenseType,
  gather,
  itemBytes,
  spanOf,
} from "./dense.js";
import { artefactInvalid } from "./invalid.js";
import { isShape, numpyGlobal } from "./numpy-globals.js";
import {
  describe,
  PickleError,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from "./pickle-values.js";

/** Elements a tensor may have beyond its storage's: one expanded with stride 0. */
const MOST_EXPANDED = 2 ** 24;

/** Numbers that tensors share; they stay in the file until a tensor is loaded. */
export class TorchStorage extends PickleObject {
  #place: { source: ByteSource; offset: number; bigEndian: boolean } | null = null;

  constructor(
    readonly dtype: DenseType,
    /** Elements. */
    readonly count: number,
  ) {
    super();
  }

  get byteLength(): number {
    return this.count * itemBytes(this.dtype);
  }

  /** @param offset bytes */
  locate(source: ByteSource, offset: number, bigEndian: boolean): void {
    this.#place = { source, offset, bigEndian };
  }

  /** @returns elements [first, first + count) as numbers. @throws ARTEFACT_INVALID cut short */
  async read(first: number, count: number) {
    const size = itemBytes(this.dtype);
    const { source, offset, bigEndian } = this.#place ?? {};
    const bytes = await source?.load((offset ?? 0) + first * size, count * size);
    if (source === undefined || bytes?.length !== count * size) {
      const name = source?.name ?? "";
      const expected = `${String(count * size)} bytes of a tensor`;
      throw artefactInvalid("reading tensors", name, expected, "a file that ends before");
    }
    return decodeNumbers(this.dtype, bytes, bigEndian);
  }
}

/** A tensor of a file; its numbers are read by `load`. */
export class TorchTensor extends PickleObject {
  constructor(
    readonly storage: TorchStorage,
    readonly shape: readonly number[],
    private readonly strides: readonly number[],
    private readonly offset: number,
  ) {
    super();
  }

  get dtype(): DenseType {
    return this.storage.dtype;
  }

  /** Reads what the tensor covers of its storage. @throws ARTEFACT_INVALID the file is cut short */
  async load(): Promise<DenseTensor> {
    const { shape, strides, offset, dtype } = this;
    const span = spanOf({ shape, strides, offset });
    const numbers = await this.storage.read(offset, span);
    return { shape, dtype, data: gather(numbers, { shape, strides, offset: 0 }) };
  }
}

/** torch.FloatStorage and its like. */
export class StorageType extends PickleGlobal {
  constructor(
    name: string,
    readonly dtype: DenseType,
  ) {
    super(name);
  }
}

const STORAGES: Readonly<Record<string, DenseType>> = {
  DoubleStorage: "float64",
  FloatStorage: "float32",
  HalfStorage: "float16",
  BFloat16Storage: "bfloat16",
  LongStorage: "int64",
  IntStorage: "int32",
  ByteStorage: "uint8",
  BoolStorage: "bool",
};

/** (storage, offset, size, strides, ...) */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]): TorchTensor {
  if (
    !(storage instanceof TorchStorage) ||
    !isShape([offset]) ||
    !isShape(shape) ||
    !isShape(strides) ||
    strides.length !== shape.length
  ) {
    throw new PickleError("a tensor's storage, offset, size and strides", describe(storage));
  }
  const first = offset as number;
  const inside = first + spanOf({ shape, strides, offset: first }) <= storage.count;
  if (!inside || countOf(shape) > Math.max(storage.count, MOST_EXPANDED)) {
    throw new PickleError(
      `a tensor inside its storage of ${String(storage.count)} values`,
      `shape [${shape.join(", ")}], strides [${strides.join(", ")}] from ${String(first)}`,
    );
  }
  return new TorchTensor(storage, shape, strides, first);
}

function rebuildParameter([tensor]: readonly PickleValue[]): TorchTensor {
  if (tensor instanceof TorchTensor) return tensor;
  throw new PickleError("the tensor of a parameter", describe(tensor));
}

/** A list in its place could hold lists without end. */
function deviceName(parts: readonly PickleValue[]): string {
  const isPlain = (part: PickleValue): boolean => ["string", "number"].includes(typeof part);
  if (parts.every(isPlain)) return parts.map(String).join(":");
  throw new PickleError("the name of a device", describe(parts[0]));
}

function asList([value]: readonly PickleValue[]): PickleValue[] {
  if (Array.isArray(value)) return value;
  throw new PickleError("a size", describe(value));
}

const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    new PickleGlobal("torch._utils._rebuild_tensor", rebuildTensor),
    new PickleGlobal("torch._utils._rebuild_tensor_v2", rebuildTensor),
    new PickleGlobal("torch._utils._rebuild_parameter", rebuildParameter),
    new PickleGlobal("torch.Size", asList),
    // Where a tensor was when it was saved says nothing here: only its name is kept.
    new PickleGlobal("torch.device", deviceName),
    ...Object.entries(STORAGES).flatMap(([name, dtype]) => [
      new StorageType(`torch.${name}`, dtype),
      new StorageType(`torch.cuda.${name}`, dtype),
    ]),
  ].map((one) => [one.name, one]),
);

/** What a pickle of tensors needs; NumPy's arrays and scalars too, which checkpoints hold beside. */
export function torchGlobal(module: string, name: string): PickleGlobal | undefined {
  return GLOBALS.get(`${module}.${name}`) ?? numpyGlobal(module, name);
}

/** ("storage", type, key, device, elements, ...) @throws PickleError */
export function storageOfId(id: PickleValue): { key: string; storage: TorchStorage } {
  const [kind, type, key, , count, view = null] = Array.isArray(id) ? id : [];
  if (
    kind !== "storage" ||
    !(type instanceof StorageType) ||
    !(typeof key === "string" || typeof key === "number") ||
    !isShape([count]) ||
    view !== null
  ) {
    throw new PickleError("a reference to a storage", describe(type ?? id));
  }
  return { key: String(key), storage: new TorchStorage(type.dtype, count as number) };
}
