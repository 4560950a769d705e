/** Numbers as PyTorch and NumPy store them, and as typed arrays. */

const ITEM_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
} as const;

export type DenseType = keyof typeof ITEM_BYTES;
export type DenseData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** An array row by row, without gaps. */
export interface DenseTensor {
  readonly shape: readonly number[];
  /** As it was stored. */
  readonly dtype: DenseType;
  /** float16 and bfloat16 widened to float32; bool as 0 and 1. */
  readonly data: DenseData;
}

/** Where the elements of an array lie in a row of numbers; all counted in elements. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

export function itemBytes(dtype: DenseType): number {
  return ITEM_BYTES[dtype];
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Strides of an array row by row. */
export function rowStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  }
  return strides;
}

/** Elements from the first to the last that a layout touches; 0 for an empty array. */
export function spanOf({ shape, strides }: Layout): number {
  if (countOf(shape) === 0) return 0;
  return shape.reduce((span, side, i) => span + (side - 1) * (strides[i] ?? 0), 1);
}

/**
 * Bytes as numbers.
 * @param bytes aligned for the type (an own ArrayBuffer); swapped in place where `bigEndian`
 */
export function decodeNumbers(dtype: DenseType, bytes: Buffer, bigEndian = false): DenseData {
  const size = ITEM_BYTES[dtype];
  if (bigEndian && size === 8) bytes.swap64();
  if (bigEndian && size === 4) bytes.swap32();
  if (bigEndian && size === 2) bytes.swap16();
  const { buffer, byteOffset, length } = bytes;
  const count = length / size;
  switch (dtype) {
    case "float64":
      return new Float64Array(buffer, byteOffset, count);
    case "float32":
      return new Float32Array(buffer, byteOffset, count);
    case "float16":
      return fromHalf(new Uint16Array(buffer, byteOffset, count));
    case "bfloat16":
      return fromBrain(new Uint16Array(buffer, byteOffset, count));
    case "int64":
      return new BigInt64Array(buffer, byteOffset, count);
    case "int32":
      return new Int32Array(buffer, byteOffset, count);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, count);
  }
}

/** The elements of a layout, row by row; a view where they lie so already. */
export function gather(source: DenseData, layout: Layout): DenseData {
  const { shape, strides, offset } = layout;
  const count = countOf(shape);
  const plain = rowStrides(shape);
  if (shape.every((side, i) => side === 1 || strides[i] === plain[i])) {
    return source.subarray(offset, offset + count);
  }
  // The union of typed arrays has no common element type; the kind is the same on both sides.
  const from = source as Float32Array;
  const to = new (source.constructor as Float32ArrayConstructor)(count);
  const position = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    to[i] = from[at] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        position[axis] = next;
        at += stride;
        break;
      }
      at -= stride * (next - 1);
      position[axis] = 0;
    }
  }
  return to;
}

/** As float32; int64 past 2^53 loses digits, as everywhere in float. */
export function toFloat32(data: DenseData): Float32Array {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array
    ? Float32Array.from(data, Number)
    : Float32Array.from(data as Float64Array);
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function fromHalf(halves: Uint16Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i] as number;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) numbers[i] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) numbers[i] = sign * fraction * 2 ** -24;
    else numbers[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return numbers;
}

/** bfloat16: the upper half of a float32. */
function fromBrain(halves: Uint16Array): Float32Array {
  const numbers = new Float32Array(halves.length);
  const bits = new Uint32Array(numbers.buffer);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] as number) << 16;
  return numbers;
}
