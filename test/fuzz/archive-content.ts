import { readFileSync } from "node:fs";
import { memorySource } from "../../src/artefacts/byte-source.js";
import { crc32 } from "../../src/artefacts/crc32.js";
import { locateEntry, readZipDirectory } from "../../src/artefacts/zip.js";

/** Files of a zip archive by name. */
export type ArchiveContent = ReadonlyMap<string, Uint8Array>;

/** What is stored in an archive. */
export function archiveContent(path: string): ArchiveContent {
  const source = memorySource(path, readFileSync(path));
  return new Map(
    [...readZipDirectory(source)].map(([name, entry]) => [
      name,
      source.bytes(locateEntry(source, entry), entry.size),
    ]),
  );
}

/** A zip archive of stored files whose checksums are right, whatever is in them. */
export function archiveOf(content: ArchiveContent): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of content) {
    const title = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, title, bytes]);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, place, title]));
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(content.size, 4);
  end.writeUInt16LE(content.size, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from("PK\x05\x06"), end]);
}
