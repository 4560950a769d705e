import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { isStoredArray, loadArray } from "../../../src/artefacts/arrays.js";
import type { DenseTensor } from "../../../src/artefacts/dense.js";
import { readNpy } from "../../../src/artefacts/npy.js";
import type { PickleValue } from "../../../src/artefacts/pickle-values.js";
import { fixture, jsonFixture, readFixture } from "../../helpers/fixtures.js";

const SPACE = jsonFixture<{
  act_space: Record<string, { shape: number[]; dtype: string; values: number[] }>;
}>("checkpoints/expected.json").act_space;
const folder = mkdtempSync(join(tmpdir(), "spurious-native-npy-"));
after(() => rmSync(folder, { recursive: true }));

const read = (name: string): Promise<PickleValue> => readNpy(fixture(`checkpoints/${name}`));

async function readArray(name: string): Promise<DenseTensor> {
  const value = await read(name);
  assert.ok(isStoredArray(value));
  return loadArray(value);
}

describe("files of numpy.save", () => {
  test("arrays of numbers, of either byte order, by rows and by columns", async () => {
    const ints = await readArray("array.npy");
    assert.deepEqual(
      [ints.dtype, ints.shape, [...ints.data]],
      ["int32", [2, 3], [0, 1, 2, 3, 4, 5]],
    );
    const floats = await readArray("fortran.npy");
    assert.deepEqual(
      [floats.shape, [...floats.data]],
      [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
    );
  });

  test("a dictionary of tensors and arrays, as the original stores a class's PCA", async () => {
    const space = (await read("act_space.npy")) as Map<string, PickleValue>;
    assert.deepEqual([...space.keys()], Object.keys(SPACE));
    for (const [name, { shape, dtype, values }] of Object.entries(SPACE)) {
      const value = space.get(name);
      assert.ok(isStoredArray(value), name);
      const loaded = await loadArray(value);
      assert.deepEqual([loaded.shape, loaded.dtype], [shape, dtype], name);
      assert.deepEqual(Array.from(loaded.data, Number), values, name);
    }
  });

  test("several objects are a list", async () => {
    assert.deepEqual(await read("objects.npy"), [new Map([["a", 1]]), "text"]);
  });
});

describe("files that are refused, with ARTEFACT_INVALID", () => {
  test("code, by the name of the function it wants to call", async () => {
    await assert.rejects(read("hostile.npy"), {
      code: "ARTEFACT_INVALID",
      message: /wants posix\.system, which was not run/,
    });
  });

  test("other files and missing ones", async () => {
    for (const path of [fixture("checkpoints/zip.pt"), join(folder, "missing.npy")]) {
      await assert.rejects(readNpy(path), { code: "ARTEFACT_INVALID", input: path });
    }
  });

  for (const name of ["array.npy", "act_space.npy", "objects.npy"]) {
    test(`${name} cut short anywhere`, async () => {
      const whole = readFixture(`checkpoints/${name}`);
      const path = join(folder, "cut.npy");
      for (let length = 0; length < whole.length; length += 13) {
        writeFileSync(path, whole.subarray(0, length));
        await assert.rejects(readNpy(path), { code: "ARTEFACT_INVALID" }, String(length));
      }
    });
  }

  test("types that are no numbers of this reader", async () => {
    const bytes = readFixture("checkpoints/array.npy").toString("latin1").replace(">i4", "<U4");
    const path = join(folder, "text.npy");
    writeFileSync(path, Buffer.from(bytes, "latin1"));
    await assert.rejects(readNpy(path), { code: "ARTEFACT_INVALID", message: /U4/ });
  });
});
