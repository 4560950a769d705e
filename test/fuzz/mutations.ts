import type { Random } from "../helpers/random.js";

/** Changes a file's bytes as damage and malice do. Never changes its argument. */
type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Numbers at which sizes, counts and offsets go wrong. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000];

const flipBits: Mutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  for (let n = random.integer(1, 8); n > 0; n--) {
    const at = random.integer(0, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7));
  }
  return copy;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.integer(0, bytes.length - 1));

const remove: Mutation = (bytes, random) => {
  const from = random.integer(0, bytes.length - 1);
  const to = Math.min(bytes.length, from + random.integer(1, 64));
  return joined(bytes.subarray(0, from), bytes.subarray(to));
};

const insert: Mutation = (bytes, random) => {
  const at = random.integer(0, bytes.length);
  const added = random.bytes(random.integer(1, 64));
  return joined(bytes.subarray(0, at), added, bytes.subarray(at));
};

/** A part of the file in another place of it. */
const splice: Mutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  const length = random.integer(1, Math.min(256, bytes.length));
  const from = random.integer(0, bytes.length - length);
  copy.copyWithin(random.integer(0, bytes.length - length), from, from + length);
  return copy;
};

/** A number of 1, 2, 4 or 8 bytes in either byte order, mostly where headers are. */
const editLength: Mutation = (bytes, random) => {
  const copy = Uint8Array.from(bytes);
  const width = random.pick([1, 2, 4, 8].filter((one) => one <= copy.length));
  const end = random.next() < 0.7 ? Math.min(copy.length, 512) : copy.length;
  const at = random.integer(0, Math.max(0, end - width));
  const value = BigInt(random.pick([...EDGES, bytes.length, random.integer(0, 0xffffff)]));
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(random.next() < 0.15 ? 2n ** 64n - 1n - value : value);
  const field = number.subarray(0, width);
  copy.set(random.next() < 0.5 ? field : Uint8Array.from(field).reverse(), at);
  return copy;
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  editLength,
  editLength,
  truncate,
  remove,
  insert,
  splice,
];

/** One to four changes of a file; the same ones for the same state of `random`. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let n = random.integer(1, 4); n > 0 && changed.length > 0; n--) {
    changed = random.pick(MUTATIONS)(changed, random);
  }
  return changed;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
