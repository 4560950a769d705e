import { open } from "node:fs/promises";
import { SpuriousError } from "../errors.js";

/** A tensor as it lies in a file: row by row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The header's free text fields. */
  readonly metadata: Readonly<Record<string, string>>;
}

type DTypeName = "F32" | "F64" | "I64";

const TYPES = { F32: Float32Array, F64: Float64Array, I64: BigInt64Array } as const;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 100_000_000;

/** The content of a safetensors file (the format of Hugging Face's library of that name). */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    requireShape(name, shape, data.length);
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
  }
  // Spaces behind the header keep the data aligned, so that readers may map it.
  const text = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = Buffer.alloc(8 + padded + end, " ");
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  text.copy(bytes, 8);
  let at = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file with tensors of type F32, F64 and I64.
 * @throws ARTEFACT_INVALID missing, truncated, damaged or of another type
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const bytes = await readAll(path);
  const header = readHeader(path, bytes);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") tensors.set(name, readTensor(path, name, entry, bytes, start));
  }
  return { tensors, metadata: readMetadata(path, header["__metadata__"]) };
}

/** A tensor of a file, with a type and a number of dimensions. @throws ARTEFACT_INVALID */
export function requireTensor<T extends "F32" | "F64" | "I64">(
  file: SafetensorsFile,
  path: string,
  name: string,
  dtype: T,
  dimensions: number,
): { readonly shape: readonly number[]; readonly data: InstanceType<(typeof TYPES)[T]> } {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) {
    const names = [...file.tensors.keys()].join(", ");
    throw invalid(path, `a tensor named ${name}`, names === "" ? "none" : names);
  }
  const { shape, data } = tensor;
  if (dtypeOf(data) !== dtype || shape.length !== dimensions) {
    const got = `${dtypeOf(data)} [${shape.join(", ")}]`;
    throw invalid(path, `${name} of type ${dtype} with ${String(dimensions)} dimensions`, got);
  }
  return { shape, data: data as InstanceType<(typeof TYPES)[T]> };
}

async function readAll(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    return await file.readFile();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(path, "a readable file", code === "ENOENT" ? "no such file" : message, cause);
  }
}

function readHeader(path: string, bytes: Buffer): Record<string, unknown> {
  const length = bytes.length < 8 ? -1 : Number(bytes.readBigUInt64LE(0));
  if (length < 2 || length > MAX_HEADER_BYTES || 8 + length > bytes.length) {
    throw invalid(path, "a safetensors file", `${String(bytes.length)} bytes without its header`);
  }
  try {
    const header: unknown = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) {
      return header as Record<string, unknown>;
    }
  } catch {
    // Told below, with the file's name.
  }
  throw invalid(path, "a JSON header", "something else");
}

function readTensor(
  path: string,
  name: string,
  entry: unknown,
  bytes: Buffer,
  start: number,
): Tensor {
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
  if (end - begin !== count * type.BYTES_PER_ELEMENT || start + end > bytes.length) {
    throw invalid(path, `${String(count)} values of tensor ${name}`, "a file that ends before");
  }
  // A copy: the file's bytes need not be aligned for the type.
  const copy = new Uint8Array(bytes.subarray(start + begin, start + end));
  return { shape: shape as number[], data: new type(copy.buffer) };
}

function readMetadata(path: string, metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  const isText = (value: unknown): boolean => typeof value === "string";
  if (typeof metadata === "object" && metadata !== null && Object.values(metadata).every(isText)) {
    return metadata as Record<string, string>;
  }
  throw invalid(path, "metadata of texts", JSON.stringify(metadata));
}

function dtypeOf(data: Tensor["data"]): DTypeName {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Float64Array ? "F64" : "I64";
}

function requireShape(name: string, shape: readonly number[], length: number): void {
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== length) {
    throw new RangeError(`${name}: expected ${String(count)} values, got ${String(length)}`);
  }
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading tensors: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause },
  );
}
