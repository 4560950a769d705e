import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { type MatStruct, readMatFile } from "../../../src/datasets/mat-file.js";
import { SpuriousError } from "../../../src/errors.js";

/** Written by scipy.io.savemat, compressed (test/fixtures/datasets/make_meta_mat.py). */
const meta = readFileSync(new URL("../../fixtures/datasets/meta.mat", import.meta.url));

test("reads the struct array of the development kit's meta.mat", () => {
  const synsets = readMatFile(meta, "meta.mat").get("synsets") as MatStruct[];
  assert.equal(synsets.length, 12);
  assert.deepEqual(Object.keys(synsets[0] ?? {}), [
    "ILSVRC2012_ID",
    "WNID",
    "words",
    "gloss",
    "num_children",
    "children",
    "wordnet_height",
    "num_train_images",
  ]);
  assert.deepEqual(synsets[2]?.ILSVRC2012_ID, [3]);
  assert.equal(synsets[2]?.WNID, "n03447447");
  assert.deepEqual(synsets[2]?.children, []);
  assert.deepEqual(synsets[10]?.children, [1, 4]);
  assert.equal(synsets[11]?.gloss, "that which is perceived — or known");
});

for (const littleEndian of [true, false]) {
  test(`reads uncompressed ${littleEndian ? "little" : "big"}-endian numbers, texts and small elements`, () => {
    const file = matFile(littleEndian);
    const variables = readMatFile(file, "x.mat");
    assert.deepEqual(variables.get("x"), [1.5, -2]);
    assert.deepEqual(variables.get("i"), [-300, 7]);
    assert.equal(variables.get("t"), "né");
    assert.equal(variables.get("c"), null);
  });
}

test("a file cut anywhere, or with any byte changed, is refused or read, never a crash", () => {
  const refused: number[] = [];
  const attempt = (bytes: Uint8Array, at: number) => {
    try {
      readMatFile(bytes, "cut.mat");
    } catch (error) {
      assert.ok(error instanceof SpuriousError, String(error));
      assert.equal(error.code, "DATA_LAYOUT");
      refused.push(at);
    }
  };
  for (const file of [new Uint8Array(meta), matFile(true)]) {
    for (let at = 0; at < file.length; at++) {
      attempt(file.slice(0, at), at);
      attempt(
        file.map((byte, i) => (i === at ? byte ^ 0xff : byte)),
        at,
      );
    }
  }
  assert.ok(refused.length > meta.length, String(refused.length));
});

test("a text file and a 7.3 file are refused by name", () => {
  for (const text of ["n01440764 tench\n".repeat(20), "\x89HDF\r\n".repeat(40)]) {
    assert.throws(() => readMatFile(Buffer.from(text, "latin1"), "meta.mat"), {
      code: "DATA_LAYOUT",
      message: /meta\.mat: expected a level 5 MAT-file/,
    });
  }
});

/** x double [1,2], i int16 [1,2] as a small element, t UTF-8 text, c an empty cell array. */
function matFile(littleEndian: boolean): Uint8Array {
  const element = (type: number, data: Uint8Array): Uint8Array => {
    const padded = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
    padded.set(words(littleEndian, [type, data.length]));
    padded.set(data, 8);
    return padded;
  };
  const small = (type: number, data: Uint8Array): Uint8Array => {
    const bytes = new Uint8Array(8);
    bytes.set(words(littleEndian, [(data.length << 16) | type]));
    bytes.set(data, 4);
    return bytes;
  };
  const matrix = (name: string, mxClass: number, size: number, data: Uint8Array): Uint8Array =>
    element(
      14,
      join([
        element(6, words(littleEndian, [mxClass, 0])),
        element(5, words(littleEndian, [1, size])),
        small(1, Buffer.from(name)),
        data,
      ]),
    );
  const doubles = new DataView(new ArrayBuffer(16));
  doubles.setFloat64(0, 1.5, littleEndian);
  doubles.setFloat64(8, -2, littleEndian);
  const shorts = new DataView(new ArrayBuffer(4));
  shorts.setInt16(0, -300, littleEndian);
  shorts.setInt16(2, 7, littleEndian);
  const header = new Uint8Array(128);
  header.set(Buffer.from(littleEndian ? "IM" : "MI"), 126);
  return join([
    header,
    matrix("x", 6, 2, element(9, new Uint8Array(doubles.buffer))),
    matrix("i", 10, 2, small(3, new Uint8Array(shorts.buffer))),
    matrix("t", 4, 2, small(16, Buffer.from("né"))),
    matrix("c", 1, 0, new Uint8Array()),
  ]);
}

function words(littleEndian: boolean, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [at, value] of values.entries()) {
    view.setUint32(4 * at, value, littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
