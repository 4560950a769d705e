import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { loadArray, isStoredArray } from "../../../src/artefacts/arrays.js";
import type { PickleDict, PickleValue } from "../../../src/artefacts/pickle-values.js";
import { TorchFile } from "../../../src/artefacts/torch-file.js";
import { TorchTensor } from "../../../src/artefacts/torch-tensor.js";
import { SpuriousError } from "../../../src/errors.js";
import { fixture, jsonFixture, readFixture } from "../../helpers/fixtures.js";

interface Expected {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly (number | string)[];
}

const EXPECTED = jsonFixture<{ zoo: Record<string, Expected> }>("checkpoints/expected.json").zoo;
const folder = mkdtempSync(join(tmpdir(), "spurious-native-torch-"));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => fixture(`checkpoints/${name}`);

async function readError(path: string): Promise<SpuriousError> {
  try {
    await using opened = await TorchFile.open(path);
    for (const tensor of (opened.value as PickleDict).values()) {
      if (tensor instanceof TorchTensor) await tensor.load();
    }
  } catch (error) {
    assert.ok(error instanceof SpuriousError, String(error));
    return error;
  }
  return assert.fail(`${path} was read`);
}

function changed(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("tensors of torch.save", () => {
  for (const [name, format] of [
    ["zip.pt", "zip"],
    ["zip-protocol-5.pt", "zip"],
    ["legacy.pt", "legacy"],
  ] as const) {
    test(`${name}: every type, and every way to lie in a storage`, async () => {
      await using opened = await TorchFile.open(file(name));
      assert.equal(opened.format, format);
      const tensors = opened.value as Map<string, TorchTensor>;
      assert.deepEqual([...tensors.keys()], Object.keys(EXPECTED));
      for (const [key, { shape, dtype, values }] of Object.entries(EXPECTED)) {
        const tensor = tensors.get(key);
        assert.ok(tensor instanceof TorchTensor, key);
        const loaded = await tensor.load();
        assert.deepEqual([loaded.shape, loaded.dtype], [shape, dtype], key);
        assert.deepEqual(Array.from(loaded.data, Number), values.map(Number), key);
      }
    });
  }

  test("negative zero and the smallest half survive", async () => {
    await using opened = await TorchFile.open(file("zip.pt"));
    const halves = (opened.value as Map<string, TorchTensor>).get("halves");
    const { data } = await halves!.load();
    assert.ok(data instanceof Float32Array && Object.is(data[1], -0));
    assert.equal(data[5], 2 ** -24);
  });

  test("of a machine of the other byte order", async () => {
    await using opened = await TorchFile.open(file("big-endian.pt"));
    const { data } = await (opened.value as Map<string, TorchTensor>).get("x")!.load();
    assert.deepEqual([...data], [1, -2.5]);
  });

  test("beside what training scripts store", async () => {
    await using opened = await TorchFile.open(file("checkpoint.pt"));
    const value = opened.value as Map<string, PickleValue>;
    const plain = Object.fromEntries([...value].filter(([, item]) => !isStoredArray(item)));
    const { state_dict: weights, ...rest } = plain;
    assert.deepEqual(rest, {
      epoch: 90,
      big: 2n ** 70n,
      negative: -(2 ** 40),
      lr: 0.1,
      name: "résumé",
      nothing: null,
      flags: [true, false],
      nested: [1, [2, [3]], new Map([["a", Buffer.from([0, 255])]])],
      size: [2, 3],
      device: "cuda:1",
      best: 76.125,
    });
    assert.ok(weights instanceof Map && weights.get("weight") instanceof TorchTensor);
    const curve = value.get("curve");
    assert.ok(isStoredArray(curve));
    assert.deepEqual([...(await loadArray(curve)).data], [1.5, 2.5, 3.5, 4.5]);
  });
});

describe("files that are refused, with ARTEFACT_INVALID", () => {
  for (const name of ["hostile-zip.pt", "hostile-legacy.pt"]) {
    test(`${name}: by the name of the function it wants to call`, async () => {
      const { code, message, hint } = await readError(file(name));
      assert.equal(code, "ARTEFACT_INVALID");
      assert.match(message, /got a pickle that wants posix\.system, which was not run/);
      assert.match(hint, /state_dict/);
    });
  }

  test("a whole pickled module: by the name of its class", async () => {
    const { code, message } = await readError(file("hostile-module.pt"));
    assert.equal(code, "ARTEFACT_INVALID");
    assert.match(message, /torch\.nn\.modules\.linear\.Linear/);
  });

  test("names with control characters do not reach the terminal", async () => {
    const whole = readFixture("checkpoints/hostile-legacy.pt").toString("latin1");
    const bytes = Buffer.from(whole.replace("posix\nsystem", "pos\u001bx\nsys\u0007em"), "latin1");
    const { message } = await readError(changed("escape.pt", bytes));
    assert.match(message, /wants pos\?x\.sys\?em, which/);
  });

  test("a TorchScript archive, which is a model already", async () => {
    const { code, hint } = await readError(fixture("models/traced-conv.pt"));
    assert.equal(code, "ARTEFACT_INVALID");
    assert.match(hint, /model already/);
  });

  test("what is no checkpoint, no file, or nothing at all", async () => {
    for (const path of [
      fixture("models/model.onnx"),
      fixture("models/other.zip"),
      fixture("models/empty.pt"),
      file("protocol-4.pkl"),
      join(folder, "missing.pt"),
      folder,
    ]) {
      const error = await readError(path);
      assert.equal(error.code, "ARTEFACT_INVALID", path);
      assert.ok(error.message.includes(path), error.message);
    }
  });

  for (const name of ["zip.pt", "legacy.pt"]) {
    test(`${name} cut short anywhere`, async () => {
      const whole = readFixture(`checkpoints/${name}`);
      for (let length = 0; length < whole.length; length += 37) {
        const { code } = await readError(changed("cut.pt", whole.subarray(0, length)));
        assert.equal(code, "ARTEFACT_INVALID", String(length));
      }
    });

    test(`${name} with any byte changed is read or refused, never anything else`, async () => {
      const whole = readFixture(`checkpoints/${name}`);
      for (let at = 0; at < whole.length; at += 11) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        try {
          await using opened = await TorchFile.open(changed("changed.pt", bytes));
          assert.ok(opened.value !== undefined);
        } catch (error) {
          assert.ok(error instanceof SpuriousError, `byte ${at}: ${String(error)}`);
          assert.equal(error.code, "ARTEFACT_INVALID");
        }
      }
    });
  }
});
