import { readFileSync } from "node:fs";

const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const ZIP64_END = 0x06064b50;

/** The bytes of a TorchScript archive with `spurious_native.json` inside it. */
export function withMetadata(path: string, metadata: unknown): Buffer {
  const text = typeof metadata === "string" ? metadata : JSON.stringify(metadata);
  return withRecord(readFileSync(path), "extra/spurious_native.json", Buffer.from(text));
}

/** A zip archive with one more stored entry, in the folder that all others are in. */
function withRecord(archive: Buffer, name: string, content: Buffer): Buffer {
  const { at, count } = centralDirectory(archive);
  const directory: Buffer[] = [];
  let position = at;
  let root = "";
  for (let i = 0; i < count; i++) {
    if (archive.readUInt32LE(position) !== CENTRAL) throw new Error("not a zip archive");
    const nameLength = archive.readUInt16LE(position + 28);
    const length = 46 + nameLength + archive.readUInt16LE(position + 30);
    const end = position + length + archive.readUInt16LE(position + 32);
    root = archive.toString("utf8", position + 46, position + 46 + nameLength).split("/")[0] ?? "";
    directory.push(archive.subarray(position, end));
    position = end;
  }
  const full = Buffer.from(`${root}/${name}`);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0); // version needed; flags, method and time are 0
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(full.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, full, content]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE(at, 10); // the new entry begins where the directory did
  directory.push(
    Buffer.concat([Buffer.from("PK\x01\x02\x14\0", "latin1"), fields, attributes, full]),
  );
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(count + 1, 8);
  end.writeUInt16LE(count + 1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at + local.length, 16);
  return Buffer.concat([archive.subarray(0, at), local, central, end]);
}

/** Where the directory begins, and its entries; PyTorch writes the 64-bit form. */
function centralDirectory(archive: Buffer): { at: number; count: number } {
  const end = archive.lastIndexOf("PK\x05\x06");
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(ZIP64_END);
  const wide = archive.lastIndexOf(signature);
  if (wide !== -1) {
    return {
      at: Number(archive.readBigUInt64LE(wide + 48)),
      count: Number(archive.readBigUInt64LE(wide + 32)),
    };
  }
  return { at: archive.readUInt32LE(end + 16), count: archive.readUInt16LE(end + 10) };
}

/** The checksum of zip; node:zlib has it only since Node 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ 0xffffffff) >>> 0;
}
