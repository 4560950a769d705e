import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { SafetensorsReader } from "../../../src/artefacts/safetensors-reader.js";
import { writeSafetensors } from "../../../src/artefacts/safetensors.js";
import { fileTree } from "../../helpers/file-tree.js";

const ROWS = { shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) };
const LABELS = { shape: [4], data: BigInt64Array.of(5n, 6n, 7n, 8n) };

function saved(t: TestContext): string {
  const path = join(fileTree(t, []), "file.safetensors");
  writeFileSync(path, writeSafetensors({ rows: ROWS, labels: LABELS }, { note: "x" }));
  return path;
}

/** A file with a tensor "rows" [N, 1024] of zeros beyond what Node reads at once; holes on disk. */
async function largeFile(t: TestContext, rows: number, last: Float32Array): Promise<string> {
  const path = join(fileTree(t, []), "large.safetensors");
  const bytes = rows * last.byteLength;
  const entry = { dtype: "F32", shape: [rows, last.length], data_offsets: [0, bytes] };
  const header = Buffer.from(JSON.stringify({ rows: entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await using file = await open(path, "w");
  await file.write(Buffer.concat([length, header]), 0);
  const end = 8 + header.length + bytes;
  await file.write(new Uint8Array(last.buffer), 0, last.byteLength, end - last.byteLength);
  return path;
}

describe("SafetensorsReader", () => {
  test("reads tensors one by one, and rows of one", async (t) => {
    await using file = await SafetensorsReader.open(saved(t));
    assert.deepEqual(file.names, ["rows", "labels"]);
    assert.deepEqual(file.metadata, { note: "x" });
    assert.deepEqual(await file.read("rows"), ROWS);
    const rows = new Float32Array(6);
    await file.readRows(file.require("rows", "F32", 2), 1, rows);
    assert.deepEqual([...rows], [3, 4, 5, 6, 7, 8]);
    const labels = new BigInt64Array(2);
    await file.readRows(file.place("labels"), 2, labels);
    assert.deepEqual([...labels], [7n, 8n]);
    assert.throws(() => file.place("gone"), { code: "ARTEFACT_INVALID" });
    assert.throws(() => file.require("rows", "F64", 2), { code: "ARTEFACT_INVALID" });
  });

  test("a file of more than 2 GiB: its last row is read alone", async (t) => {
    const last = Float32Array.from({ length: 1024 }, (_, i) => i + 1);
    const rows = 600_000;
    await using file = await SafetensorsReader.open(await largeFile(t, rows, last));
    const got = new Float32Array(1024);
    await file.readRows(file.place("rows"), rows - 1, got);
    assert.deepEqual(got, last);
    await file.readRows(file.place("rows"), 0, got);
    assert.ok(got.every((value) => value === 0));
  });

  test("a file that has become shorter is ARTEFACT_INVALID, not a row of zeros", async (t) => {
    const path = saved(t);
    await using file = await SafetensorsReader.open(path);
    await using writer = await open(path, "r+");
    await writer.truncate(100);
    await assert.rejects(file.read("labels"), {
      code: "ARTEFACT_INVALID",
      message: /expected the file as it was opened, got a shorter one/,
    });
  });
});
