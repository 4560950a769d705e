import {
  type DTypeName,
  noTensor,
  requireKind,
  SafetensorsReader,
  type TYPES,
} from "./safetensors-reader.js";

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

const ALIGNMENT = 8;

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
  await using file = await SafetensorsReader.open(path);
  const tensors = new Map<string, Tensor>();
  for (const name of file.names) tensors.set(name, await file.read(name));
  return { tensors, metadata: file.metadata };
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
  if (tensor === undefined) throw noTensor(path, name, [...file.tensors.keys()]);
  const { shape, data } = tensor;
  requireKind(path, name, { dtype: dtypeOf(data), shape }, dtype, dimensions);
  return { shape, data: data as InstanceType<(typeof TYPES)[T]> };
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
