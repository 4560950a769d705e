import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { memorySource } from "../../../src/artefacts/byte-source.js";
import { crc32 } from "../../../src/artefacts/crc32.js";
import type { ZipEntry } from "../../../src/artefacts/zip.js";
import { readZipEntry, verifyZipEntry } from "../../../src/artefacts/zip-content.js";
import { Random } from "../../helpers/random.js";

const CONTENT = Buffer.from(new Random(1).bytes(3 << 20));
const LOCAL_HEADER = Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(26)]);

/** An archive of one entry, with a directory entry that a test may change. */
function archive(changes: Partial<ZipEntry> = {}, deflated = false) {
  const packed = deflated ? deflateRawSync(CONTENT) : CONTENT;
  const entry: ZipEntry = {
    name: "data/0",
    method: deflated ? 8 : 0,
    crc32: crc32(CONTENT),
    size: CONTENT.length,
    packedSize: packed.length,
    headerOffset: 0,
    ...changes,
  };
  return { source: memorySource("some.zip", Buffer.concat([LOCAL_HEADER, packed])), entry };
}

const refused = (message: RegExp) => ({ code: "ARTEFACT_INVALID", input: "some.zip", message });

describe("the content of a zip entry", () => {
  for (const deflated of [false, true]) {
    const kind = deflated ? "deflated" : "stored";

    test(`${kind}: is read whole, and its checksum compared`, async () => {
      const { source, entry } = archive({}, deflated);
      assert.deepEqual(await readZipEntry(source, entry, CONTENT.length), CONTENT);
      await verifyZipEntry(source, entry);
    });

    test(`${kind}: another checksum is refused, with both`, async () => {
      const { source, entry } = archive({ crc32: 0x1234 }, deflated);
      const message = new RegExp(`checksum 00001234 of data/0, got ${crc32(CONTENT).toString(16)}`);
      await assert.rejects(verifyZipEntry(source, entry), refused(message));
    });

    test(`${kind}: more bytes than the directory says are refused, however many follow`, async () => {
      const { source, entry } = archive({ size: 1000 }, deflated);
      await assert.rejects(
        verifyZipEntry(source, entry),
        refused(/1000 bytes of data\/0, got more/),
      );
    });

    test(`${kind}: fewer are refused, too`, async () => {
      const { source, entry } = archive({ size: 1e9 }, deflated);
      const message = /1000000000 bytes of data\/0, got 3145728/;
      await assert.rejects(verifyZipEntry(source, entry), refused(message));
    });
  }

  test("a stream that is no deflated one is refused", async () => {
    const { source, entry } = archive({ method: 8 });
    await assert.rejects(verifyZipEntry(source, entry), refused(/the deflated content of data\/0/));
  });

  test("another way to pack is refused by its number", async () => {
    const { source, entry } = archive({ method: 12 });
    const message = /data\/0 stored or deflated, got method 12/;
    await assert.rejects(readZipEntry(source, entry, 1e9), refused(message));
  });

  test("one that is too large is refused before it is read", async () => {
    const { source, entry } = archive();
    const message = /at most 100 bytes of data\/0, got 3145728/;
    await assert.rejects(readZipEntry(source, entry, 100), refused(message));
  });
});
