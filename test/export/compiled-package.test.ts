import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Classifier } from "../../src/models/classifier.js";
import type { ForwardResult } from "../../src/native/contract.js";
import { answerOf } from "../helpers/cli.js";
import { largestDifference } from "../helpers/numbers.js";
import { exportPython, run } from "./python.js";

const found = await exportPython();
const skip = "reason" in found ? found.reason : false;
const folder = mkdtempSync(join(tmpdir(), "spurious-native-package-"));
const [script, compiled] = [join(folder, "model.pt"), join(folder, "model.pt2")];

/** One architecture and seed in both formats. */
async function exportBoth(): Promise<void> {
  assert.ok("python" in found);
  for (const to of [script, compiled]) {
    const args = ["tools/export_model.py", "--model", "test_resnet", "--seed", "3", "--to", to];
    const { status, stderr } = await run(found.python, args);
    assert.equal(status, 0, stderr);
  }
}

async function forward(model: string, size: number, count = 3): Promise<ForwardResult> {
  await using classifier = await Classifier.open({ model, device: "cpu" });
  const pixels = Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * 7919) % 251);
  const { mean, std } = classifier.normalization.value;
  const batch = { count, height: size, width: size, batch: count + 1 };
  return await classifier.engine.forward({ pixels, mean, std, features: true, ...batch });
}

describe("a package compiled ahead of time", { skip }, () => {
  before(exportBoth);
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("answers as the TorchScript file of the same model, features too", async () => {
    for (const count of [1, 3]) {
      const [a, b] = [await forward(script, 160, count), await forward(compiled, 160, count)];
      assert.ok(a.features !== null && b.features !== null);
      assert.equal(b.features.length, count * 96);
      assert.ok(largestDifference(a.logits, b.logits) < 1e-4);
      assert.ok(largestDifference(a.features, b.features) < 1e-4);
    }
  });

  test("has the head of the model", async () => {
    await using original = await Classifier.open({ model: script, device: "cpu" });
    await using classifier = await Classifier.open({ model: compiled, device: "cpu" });
    const [a, b] = [await original.engine.headWeights(), await classifier.engine.headWeights()];
    assert.ok(largestDifference(a.weight, b.weight) < 1e-7);
    assert.ok(a.bias !== null && b.bias !== null && largestDifference(a.bias, b.bias) < 1e-7);
  });

  test("inspect says what it is", async () => {
    const { status, stdout } = await answerOf(["inspect", compiled, "--json"]);
    assert.equal(status, 0);
    const { kind, head, metadata } = JSON.parse(stdout) as {
      kind: string;
      head: { features: number };
      metadata: { name: string };
    };
    assert.deepEqual([kind, head.features, metadata.name], ["compiled", 96, "test_resnet"]);
  });

  test("what it was not compiled for is refused", async () => {
    const refused = (options: object) =>
      assert.rejects(Classifier.open({ model: compiled, device: "cpu", ...options }), {
        code: "DEVICE_UNAVAILABLE",
        message: /--dtype fp32, which it was compiled for/,
      });
    await refused({ dtype: "bf16" });
    await assert.rejects(forward(compiled, 64), {
      code: "MODEL_FORWARD_FAILED",
      message: /compiled for images \[any,3,/,
    });
  });
});
