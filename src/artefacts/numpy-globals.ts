import {
  countOf,
  decodeNumbers,
  type DenseTensor,
  type DenseType,
  gather,
  itemBytes,
  rowStrides,
} from "./dense.js";
import {
  describe,
  PickleError,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from "./pickle-values.js";

const TYPES: Readonly<Record<string, DenseType>> = {
  f8: "float64",
  f4: "float32",
  f2: "float16",
  i8: "int64",
  i4: "int32",
  u1: "uint8",
  b1: "bool",
};

/** numpy.dtype: a type of numbers, or of Python objects. */
export class NumpyType extends PickleObject {
  constructor(
    /** Without byte order, for example "f4"; "O8" for objects. */
    readonly code: string,
    public bigEndian = false,
  ) {
    super();
  }

  /** @param descriptor for example "<f4" */
  static of(descriptor: string): NumpyType {
    const [, order = "", code = ""] = /^([<>|=]?)([a-zA-Z]\d*)$/.exec(descriptor) ?? [];
    if (code === "") throw new PickleError("a type of numbers", JSON.stringify(descriptor));
    return new NumpyType(code, order === ">");
  }

  get holdsObjects(): boolean {
    return this.code.startsWith("O");
  }

  /** @throws PickleError a type that is not read */
  get dense(): DenseType {
    const found = TYPES[this.code];
    if (found !== undefined) return found;
    throw new PickleError(`an array of type ${Object.keys(TYPES).join(", ")}`, this.code);
  }

  /** (version, byte order, ...) */
  override build(state: PickleValue): void {
    if (!Array.isArray(state) || typeof state[1] !== "string") {
      throw new PickleError("the state of a NumPy type", describe(state));
    }
    this.bigEndian = state[1] === ">";
  }
}

/** numpy.ndarray: numbers, or Python objects. */
export class NumpyArray extends PickleObject {
  #content: DenseTensor | readonly PickleValue[] = [];
  shape: readonly number[] = [0];

  /** Of raw bytes, row by row or (`fortran`) column by column. */
  static of(
    type: NumpyType,
    shape: readonly number[],
    bytes: Uint8Array,
    fortran: boolean,
  ): NumpyArray {
    const array = new NumpyArray();
    array.build([1, [...shape], type, fortran, bytes]);
    return array;
  }

  /** @throws PickleError it holds objects */
  get tensor(): DenseTensor {
    if ("data" in this.#content) return this.#content;
    throw new PickleError("an array of numbers", "one of objects");
  }

  /** Elements of an array of objects, row by row. */
  get objects(): readonly PickleValue[] {
    if (!("data" in this.#content)) return this.#content;
    throw new PickleError("an array of objects", `one of ${this.#content.dtype}`);
  }

  /** (version, shape, type, column by column, bytes or a list of objects) */
  override build(state: PickleValue): void {
    const [, shape, type, fortran, content] = Array.isArray(state) ? state : [];
    if (!isShape(shape) || !(type instanceof NumpyType)) {
      throw new PickleError("the state of an array", describe(state));
    }
    this.shape = shape;
    if (type.holdsObjects && Array.isArray(content)) {
      requireCount(shape, content.length);
      this.#content = content;
      return;
    }
    // Python 2 kept bytes as text.
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    if (!(bytes instanceof Uint8Array)) {
      throw new PickleError("the bytes of an array", describe(content));
    }
    this.#content = dense(type, shape, bytes, fortran === true);
  }
}

function dense(
  type: NumpyType,
  shape: readonly number[],
  bytes: Uint8Array,
  fortran: boolean,
): DenseTensor {
  const dtype = type.dense;
  requireCount(shape, bytes.length / itemBytes(dtype));
  const aligned = Buffer.allocUnsafeSlow(bytes.length);
  aligned.set(bytes);
  const data = decodeNumbers(dtype, aligned, type.bigEndian);
  if (!fortran) return { shape, dtype, data };
  const strides = rowStrides([...shape].reverse()).reverse();
  return { shape, dtype, data: gather(data, { shape, strides, offset: 0 }) };
}

function requireCount(shape: readonly number[], count: number): void {
  if (countOf(shape) === count) return;
  throw new PickleError(`an array of shape [${shape.join(", ")}]`, `${String(count)} values`);
}

export function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

const reconstruct = (): NumpyArray => new NumpyArray();

const scalar = ([type, bytes]: readonly PickleValue[]): PickleValue => {
  if (!(type instanceof NumpyType)) throw new PickleError("a NumPy type", describe(type));
  const array = new NumpyArray();
  array.build([1, [1], type, false, bytes ?? null]);
  const [value] = array.tensor.data;
  return type.dense === "bool" ? value === 1 : (value ?? null);
};

/** Protocol 2 writes bytes as text and this call. */
const encode = ([text, encoding]: readonly PickleValue[]): PickleValue => {
  if (typeof text !== "string" || encoding !== "latin1") {
    throw new PickleError("bytes written as Latin-1", describe(encoding));
  }
  return Buffer.from(text, "latin1");
};

const makeType = ([code]: readonly PickleValue[]): NumpyType => {
  if (typeof code !== "string") throw new PickleError("the code of a NumPy type", describe(code));
  return NumpyType.of(code);
};

const GLOBALS: ReadonlyMap<string, PickleGlobal> = new Map(
  [
    // NumPy 2 moved `core` to `_core`.
    new PickleGlobal("numpy.core.multiarray._reconstruct", reconstruct),
    new PickleGlobal("numpy._core.multiarray._reconstruct", reconstruct),
    new PickleGlobal("numpy.core.multiarray.scalar", scalar),
    new PickleGlobal("numpy._core.multiarray.scalar", scalar),
    new PickleGlobal("numpy.ndarray"),
    new PickleGlobal("numpy.dtype", makeType),
    new PickleGlobal("_codecs.encode", encode),
  ].map((one) => [one.name, one]),
);

/** What a pickle of NumPy arrays needs. */
export function numpyGlobal(module: string, name: string): PickleGlobal | undefined {
  return GLOBALS.get(`${module}.${name}`);
}
