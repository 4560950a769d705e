/**
 * A file of torch.save in its legacy format that holds one float32 tensor, row by row: the pickles
 * as PyTorch writes them, by hand.
 * @param shape of two dimensions
 */
export function legacyTensorFile(shape: readonly [number, number], data: Float32Array): Buffer {
  const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
  const int = (value: number): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return `J${bytes.toString("latin1")}`;
  };
  const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("7")}${text("cpu")}${int(data.length)}NtQ`;
  const [rows, columns] = shape;
  const arguments_ = `(${storage}${int(0)}${int(rows)}${int(columns)}\x86${int(columns)}${int(1)}\x86\x89)t`;
  const pickles = [
    "\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19",
    "M\xe9\x03",
    `}${text("little_endian")}\x88s`,
    `ctorch._utils\n_rebuild_tensor_v2\n${arguments_}R`,
    `]${text("7")}a`,
  ].map((body) => Buffer.from(`\x80\x02${body}.`, "latin1"));
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(BigInt(data.length));
  const numbers = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([...pickles, count, numbers]);
}
