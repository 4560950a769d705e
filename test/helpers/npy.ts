export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float32Array;
}

/** Reads a NumPy file of type uint8 or float32 in C order. */
export function parseNpy(bytes: Buffer): NpyArray {
  const [major = 0] = bytes.subarray(6);
  const headerAt = major >= 2 ? 12 : 10;
  const headerLength = major >= 2 ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", headerAt, headerAt + headerLength);
  const [, type] = /'descr': '([^']+)'/.exec(header) ?? [];
  const [, sides = ""] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  if (!header.includes("'fortran_order': False") || (type !== "|u1" && type !== "<f4")) {
    throw new Error(`an array that this reader does not know: ${header}`);
  }
  const data = new Uint8Array(bytes.subarray(headerAt + headerLength));
  return {
    shape: sides
      .split(",")
      .filter((side) => side.trim() !== "")
      .map(Number),
    data: type === "|u1" ? data : new Float32Array(data.buffer),
  };
}
