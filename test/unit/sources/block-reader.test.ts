import assert from "node:assert/strict";
import { test } from "node:test";

import { BlockReader } from "../../../src/sources/block-reader.js";
import { memoryFile } from "../../../src/sources/random-access.js";
import { Random } from "../../helpers/random.js";

const BYTES = Buffer.from(new Random(3).bytes(200_000));

function reader(blockSize: number) {
  const reads: number[] = [];
  const file = { ...memoryFile("memory", BYTES), blockSize };
  const read = (offset: number, length: number): Promise<Buffer> => {
    reads.push(length);
    return file.read(offset, length);
  };
  return { reads, reader: new BlockReader({ ...file, read }) };
}

test("BlockReader brings what lies close together in one read", async () => {
  const { reads, reader: blocks } = reader(10_000);
  for (let at = 0; at < 100_000; at += 1000) {
    assert.deepEqual(await blocks.read(at, 512), BYTES.subarray(at, at + 512));
  }
  assert.equal(reads.length, 10);
});

test("BlockReader brings little where the next header is far away, and blocks again behind", async () => {
  const { reads, reader: blocks } = reader(10_000);
  for (const at of [0, 50_000, 100_000, 105_000]) {
    assert.deepEqual(await blocks.read(at, 512), BYTES.subarray(at, at + 512));
  }
  assert.deepEqual(reads, [10_000, 4096, 4096, 10_000]);
});

test("BlockReader brings all of what is longer than a block, and ends where the file does", async () => {
  const { reader: blocks } = reader(1000);
  assert.deepEqual(await blocks.read(10, 5000), BYTES.subarray(10, 5010));
  assert.deepEqual(await blocks.read(199_990, 512), BYTES.subarray(199_990));
  assert.equal((await blocks.read(200_000, 512)).length, 0);
});
