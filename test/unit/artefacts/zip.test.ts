import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { memorySource } from "../../../src/artefacts/byte-source.js";
import { locateEntry, readZipDirectory } from "../../../src/artefacts/zip.js";
import { SpuriousError } from "../../../src/errors.js";
import { readFixture } from "../../helpers/fixtures.js";

interface Options {
  /** Sizes, offsets and counts as zip64 writes them. */
  readonly zip64?: boolean;
  readonly method?: number;
  readonly comment?: string;
}

const CONTENT = Buffer.from("some bytes");
const NAME = Buffer.from("archive/data/0");
const IN_ZIP64 = 0xffffffff;

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes;
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, 2 * i);
  return bytes;
}

function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * i);
  return bytes;
}

/** An archive of one entry, by APPNOTE 6.3; eight bytes in front move every offset. */
function archive({ zip64 = false, method = 0, comment = "" }: Options = {}): Buffer {
  const front = Buffer.alloc(8, "-");
  const size = CONTENT.length;
  const padding = Buffer.concat([u16(0x4246, 3), Buffer.alloc(3)]);
  const local = Buffer.concat([
    ...[u32(0x04034b50), u16(45, 0, method, 0, 0), u32(0, size, size)],
    ...[u16(NAME.length, padding.length), NAME, padding, CONTENT],
  ]);
  const extra = zip64
    ? Buffer.concat([padding, u16(1, 24), u64(size, size, front.length)])
    : Buffer.alloc(0);
  const [packed, unpacked, at] = zip64
    ? [IN_ZIP64, IN_ZIP64, IN_ZIP64]
    : [size, size, front.length];
  const directory = Buffer.concat([
    ...[u32(0x02014b50), u16(45, 45, 0, method, 0, 0), u32(0, packed, unpacked)],
    ...[u16(NAME.length, extra.length, 0, 0, 0), u32(0, at), NAME, extra],
  ]);
  const directoryAt = front.length + local.length;
  const end64 = Buffer.concat([
    ...[u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(1, 1, directory.length, directoryAt)],
    ...[u32(0x07064b50, 0), u64(directoryAt + directory.length), u32(1)],
  ]);
  const [length, offset] = zip64 ? [IN_ZIP64, IN_ZIP64] : [directory.length, directoryAt];
  const end = Buffer.concat([
    ...[u32(0x06054b50), u16(0, 0, 1, 1), u32(length, offset), u16(comment.length)],
    Buffer.from(comment),
  ]);
  return Buffer.concat([front, local, directory, ...(zip64 ? [end64] : []), end]);
}

function contentOf(bytes: Buffer): string {
  const source = memorySource("test.zip", bytes);
  const entry = readZipDirectory(source).get(NAME.toString()) ?? assert.fail("no entry");
  return source.bytes(locateEntry(source, entry), entry.size).toString();
}

describe("zip archives", () => {
  for (const options of [{}, { zip64: true }, { comment: "a comment" }]) {
    test(`an entry is found where it lies: ${JSON.stringify(options)}`, () => {
      assert.equal(contentOf(archive(options)), "some bytes");
    });
  }

  test("those of PyTorch list a pickle and every storage, aligned to 64 bytes", () => {
    const source = memorySource("zip.pt", readFixture("checkpoints/zip.pt"));
    const entries = readZipDirectory(source);
    assert.ok(entries.has("zip/data.pkl") && entries.has("zip/data/0"));
    for (const [name, entry] of entries) {
      if (name.includes("/data/")) assert.equal(locateEntry(source, entry) % 64, 0, name);
    }
  });

  test("a compressed entry is refused by its name", () => {
    assert.throws(() => contentOf(archive({ method: 8 })), {
      code: "ARTEFACT_INVALID",
      message: /archive\/data\/0 stored as torch\.save stores it, got a compressed one/,
    });
  });

  for (const zip64 of [false, true]) {
    test(`cut short or changed anywhere (zip64: ${zip64}): read or refused`, () => {
      const whole = archive({ zip64 });
      for (let at = 0; at < whole.length; at++) {
        for (const bytes of [whole.subarray(0, at), Buffer.from(whole)]) {
          if (bytes.length === whole.length) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
          try {
            const source = memorySource("test.zip", bytes);
            for (const entry of readZipDirectory(source).values()) locateEntry(source, entry);
            assert.equal(bytes.length, whole.length, "an archive that was cut");
          } catch (error) {
            assert.ok(error instanceof SpuriousError, `byte ${at}: ${String(error)}`);
            assert.equal(error.code, "ARTEFACT_INVALID");
          }
        }
      }
    });
  }
});
