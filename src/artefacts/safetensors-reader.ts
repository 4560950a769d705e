import { type FileHandle, open } from "node:fs/promises";
import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";
import type { Tensor } from "./safetensors.js";

export type DTypeName = "F32" | "F64" | "I64";

export const TYPES = { F32: Float32Array, F64: Float64Array, I64: BigInt64Array } as const;
const MAX_HEADER_BYTES = 100_000_000;
/** Of one call: the system reads less than 2 GiB at once. */
const MAX_READ_BYTES = 1 << 30;

/** Where a tensor lies in a file. */
export interface TensorPlace {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  /** Of its first byte in the file. */
  readonly begin: number;
}

type Values<T extends DTypeName> = InstanceType<(typeof TYPES)[T]>;

/** An open safetensors file: its tensors are read one by one or in rows, whatever its size. */
export class SafetensorsReader implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private readonly tensors: ReadonlyMap<string, TensorPlace>,
    /** The header's free text fields. */
    readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** @throws ARTEFACT_INVALID missing, truncated, damaged or with a tensor of another type */
  static async open(path: string): Promise<SafetensorsReader> {
    const file = await openFile(path);
    try {
      const { size } = await file.stat();
      const { header, end } = await readHeader(path, file, size);
      const tensors = new Map<string, TensorPlace>();
      for (const [name, entry] of Object.entries(header)) {
        if (name !== "__metadata__") tensors.set(name, placeOf(path, name, entry, end, size));
      }
      const metadata = readMetadata(path, header["__metadata__"]);
      return new SafetensorsReader(path, file, tensors, metadata);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  /** @throws ARTEFACT_INVALID there is none of that name */
  place(name: string): TensorPlace {
    const place = this.tensors.get(name);
    if (place === undefined) throw noTensor(this.path, name, this.names);
    return place;
  }

  /** The place of a tensor of a type and a number of dimensions. @throws ARTEFACT_INVALID */
  require(name: string, dtype: DTypeName, dimensions: number): TensorPlace {
    const place = this.place(name);
    requireKind(this.path, name, place, dtype, dimensions);
    return place;
  }

  async read(name: string): Promise<Tensor> {
    const { dtype, shape, begin } = this.place(name);
    const count = shape.reduce((product, side) => product * side, 1);
    return { shape, data: await this.#values(dtype, begin, count) };
  }

  /**
   * Some rows of a tensor [N, ...], from `first` on, as they lie in the file.
   * @param into receives them; its length decides how many are read
   */
  async readRows(place: TensorPlace, first: number, into: Values<DTypeName>): Promise<void> {
    const width = place.shape.slice(1).reduce((product, side) => product * side, 1);
    const { BYTES_PER_ELEMENT: bytes } = TYPES[place.dtype];
    await this.#fill(
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength),
      place.begin + first * width * bytes,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.file.close();
  }

  async #values(dtype: DTypeName, begin: number, count: number): Promise<Tensor["data"]> {
    const data = new TYPES[dtype](count);
    await this.#fill(new Uint8Array(data.buffer), begin);
    return data;
  }

  async #fill(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(bytes.length - at, MAX_READ_BYTES);
      const { bytesRead } = await this.file.read(bytes, at, length, position + at);
      if (bytesRead === 0) throw invalid(this.path, "the file as it was opened", "a shorter one");
      at += bytesRead;
    }
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(path, "a readable file", code === "ENOENT" ? "no such file" : message, cause);
  }
  throw invalid(path, "a readable file", "something else");
}

async function readHeader(
  path: string,
  file: FileHandle,
  size: number,
): Promise<{ header: Record<string, unknown>; end: number }> {
  const prefix = Buffer.alloc(8);
  // Of a shorter file, zero.
  await file.read(prefix, 0, 8, 0);
  const length = size < 8 ? 0 : Number(prefix.readBigUInt64LE());
  const end = 8 + length;
  if (length < 2 || length > MAX_HEADER_BYTES || end > size) {
    throw invalid(path, "a safetensors file", `${String(size)} bytes without its header`);
  }
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, 8);
  try {
    const header: unknown = parseJson(text.toString("utf8"));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return { header: header as Record<string, unknown>, end };
    }
  } catch {
    // Told below, with the file's name.
  }
  throw invalid(path, "a JSON header", "something else");
}

/** @param start of the data in the file @param size of the file */
function placeOf(
  path: string,
  name: string,
  entry: unknown,
  start: number,
  size: number,
): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const isNatural = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  if (
    typeof dtype !== "string" ||
    !Object.hasOwn(TYPES, dtype) ||
    !Array.isArray(shape) ||
    !shape.every(isNatural) ||
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isNatural)
  ) {
    throw invalid(path, `tensor ${name} of type F32, F64 or I64`, JSON.stringify(entry) ?? "none");
  }
  const [begin, end] = offsets as [number, number];
  const type = TYPES[dtype as DTypeName];
  const count = (shape as number[]).reduce((product, side) => product * side, 1);
  if (end - begin !== count * type.BYTES_PER_ELEMENT || start + end > size) {
    throw invalid(path, `${String(count)} values of tensor ${name}`, "a file that ends before");
  }
  return { dtype: dtype as DTypeName, shape: shape as number[], begin: start + begin };
}

function readMetadata(path: string, metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  const isText = (value: unknown): boolean => typeof value === "string";
  if (typeof metadata === "object" && metadata !== null && Object.values(metadata).every(isText)) {
    return metadata as Record<string, string>;
  }
  throw invalid(path, "metadata of texts", JSON.stringify(metadata));
}

/** @throws ARTEFACT_INVALID */
export function requireKind(
  path: string,
  name: string,
  got: Pick<TensorPlace, "dtype" | "shape">,
  dtype: DTypeName,
  dimensions: number,
): void {
  if (got.dtype === dtype && got.shape.length === dimensions) return;
  const wanted = `${name} of type ${dtype} with ${String(dimensions)} dimensions`;
  throw invalid(path, wanted, `${got.dtype} [${got.shape.join(", ")}]`);
}

export function noTensor(path: string, name: string, names: readonly string[]): SpuriousError {
  return invalid(path, `a tensor named ${name}`, names.length === 0 ? "none" : names.join(", "));
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading tensors: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause },
  );
}
