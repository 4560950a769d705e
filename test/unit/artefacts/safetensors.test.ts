import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import {
  readSafetensors,
  requireTensor,
  type Tensor,
  writeSafetensors,
} from "../../../src/artefacts/safetensors.js";
import { fileTree } from "../../helpers/file-tree.js";

const TENSORS: Record<string, Tensor> = {
  mean: { shape: [3], data: Float64Array.of(Math.PI, -0, NaN) },
  odd: { shape: [1, 5], data: Float32Array.of(1, 2, 3, 4, 5) },
  components: { shape: [2, 2], data: Float32Array.of(0.5, -1, Infinity, 1e-30) },
  indices: { shape: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
  empty: { shape: [0, 7], data: new Float32Array(0) },
};
const METADATA = { schema: "test/1", note: "ünïcode" };

function saved(t: TestContext, content: Uint8Array): string {
  const path = join(fileTree(t, []), "file.safetensors");
  writeFileSync(path, content);
  return path;
}

/** A file with a header of one's own. */
function crafted(header: unknown, data = new Uint8Array(8)): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

describe("safetensors", () => {
  test("what is written reads back: types, shapes, every bit, and the metadata", async (t) => {
    const path = saved(t, writeSafetensors(TENSORS, METADATA));
    const { tensors, metadata } = await readSafetensors(path);
    assert.deepEqual(metadata, METADATA);
    assert.deepEqual([...tensors.keys()], Object.keys(TENSORS));
    for (const [name, { shape, data }] of Object.entries(TENSORS)) {
      const back = tensors.get(name);
      assert.deepEqual(back?.shape, shape, name);
      assert.equal(back?.data.constructor, data.constructor, name);
      assert.deepEqual(new Uint8Array(back?.data.buffer ?? []), new Uint8Array(data.buffer), name);
    }
  });

  test("data begin at a multiple of eight, so that other readers may map them", () => {
    for (const note of ["", "a", "ab", "abc", "abcdefg"]) {
      const bytes = Buffer.from(writeSafetensors(TENSORS, { note }));
      assert.equal(Number(bytes.readBigUInt64LE(0)) % 8, 0);
    }
  });

  test("a part of a larger buffer is written as that part alone", async (t) => {
    const large = Float32Array.of(9, 1, 2, 9);
    const path = saved(t, writeSafetensors({ part: { shape: [2], data: large.subarray(1, 3) } }));
    const { tensors } = await readSafetensors(path);
    assert.deepEqual([...(tensors.get("part")?.data ?? [])], [1, 2]);
  });

  test("reads a file made by the format's own library", async (t) => {
    // safetensors.numpy.save({"x": float32 [1.5, -2], "n": int64 [[7]]}, {"made": "elsewhere"})
    const made =
      "98000000000000007b225f5f6d657461646174615f5f223a7b226d616465223a22656c73657768657265227d2c" +
      "226e223a7b226474797065223a22493634222c227368617065223a5b312c315d2c22646174615f6f6666736574" +
      "73223a5b302c385d7d2c2278223a7b226474797065223a22463332222c227368617065223a5b325d2c22646174" +
      "615f6f666673657473223a5b382c31365d7d7d20202020202007000000000000000000c03f000000c0";
    const path = saved(t, Buffer.from(made, "hex"));
    const { tensors, metadata } = await readSafetensors(path);
    assert.deepEqual(tensors.get("x"), { shape: [2], data: Float32Array.of(1.5, -2) });
    assert.deepEqual(tensors.get("n"), { shape: [1, 1], data: BigInt64Array.of(7n) });
    assert.deepEqual(metadata, { made: "elsewhere" });
  });

  test("a tensor whose values do not fill its shape is a bug of the caller", () => {
    const data = new Float32Array(5);
    assert.throws(() => writeSafetensors({ x: { shape: [2, 3], data } }), RangeError);
  });
});

describe("damaged and foreign files are refused", () => {
  const whole = writeSafetensors(TENSORS, METADATA);
  const tensor = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  for (const [what, content, message] of [
    ["an empty one", new Uint8Array(), /expected a safetensors file, got 0 bytes/],
    ["one cut inside the header", whole.subarray(0, 40), /expected a safetensors file/],
    ["one cut inside the data", whole.subarray(0, whole.length - 1), /a file that ends before/],
    ["text", Buffer.from("this is no safetensors file at all"), /expected a safetensors file/],
    ["a header that is no JSON", crafted("{broken"), /expected a JSON header/],
    ["a header that is a list", crafted([1]), /expected a JSON header/],
    ["a type that is not known", crafted({ x: { ...tensor, dtype: "F16" } }), /tensor x of type/],
    ["a type from the prototype", crafted({ x: { ...tensor, dtype: "toString" } }), /tensor x/],
    ["a negative side", crafted({ x: { ...tensor, shape: [-2] } }), /tensor x/],
    ["offsets that are no pair", crafted({ x: { ...tensor, data_offsets: [0] } }), /tensor x/],
    ["a shape that the data do not fill", crafted({ x: { ...tensor, shape: [3] } }), /3 values/],
    ["a tensor that is null", crafted({ x: null }), /tensor x/],
    ["metadata that are no texts", crafted({ __metadata__: { a: 1 } }), /metadata of texts/],
  ] as const) {
    test(what, async (t) => {
      const path = saved(t, content);
      await assert.rejects(readSafetensors(path), {
        code: "ARTEFACT_INVALID",
        message,
        input: path,
      });
    });
  }

  test("one that is not there", async (t) => {
    const path = join(fileTree(t, []), "gone");
    await assert.rejects(readSafetensors(path), {
      code: "ARTEFACT_INVALID",
      message: /got no such file/,
    });
  });
});

describe("requireTensor", () => {
  test("gives a tensor of the type and number of dimensions asked for", async (t) => {
    const path = saved(t, writeSafetensors(TENSORS));
    const file = await readSafetensors(path);
    assert.deepEqual(requireTensor(file, path, "odd", "F32", 2), TENSORS["odd"]);
    for (const [name, dtype, dimensions, message] of [
      ["gone", "F32", 1, /expected a tensor named gone, got mean, odd, components/],
      ["odd", "F64", 2, /expected odd of type F64 with 2 dimensions, got F32 \[1, 5\]/],
      ["odd", "F32", 1, /with 1 dimensions/],
    ] as const) {
      assert.throws(() => requireTensor(file, path, name, dtype, dimensions), {
        code: "ARTEFACT_INVALID",
        message,
      });
    }
  });
});
