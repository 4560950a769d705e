import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { Classifier, type ClassifierRequest } from "../../../src/models/classifier.js";
import { fileTree } from "../../helpers/file-tree.js";
import { modelFile, MODELS, testClasses } from "../../helpers/model-fixtures.js";
import { withMetadata } from "../../helpers/torchscript.js";

const KNOWN = { size: 32, normalize: "none" };

function request(file: string, more: Partial<ClassifierRequest> = {}): ClassifierRequest {
  return { model: modelFile(file), ...KNOWN, classMap: testClasses(10), device: "cpu", ...more };
}

/** A fixture with metadata inside. */
function described(t: TestContext, file: string, metadata: unknown): string {
  const path = join(fileTree(t, []), file);
  writeFileSync(path, withMetadata(modelFile(file), metadata));
  return path;
}

const USABLE = MODELS.filter(
  ({ channels, forwardFails, head }) => channels === 3 && !forwardFails && head !== null,
);

describe("Classifier.open settles how each kind of model is used", () => {
  for (const { file, note, classes, batch } of USABLE) {
    test(`${file}: ${note}`, async () => {
      const classMap = testClasses(classes);
      await using classifier = await Classifier.open(request(file, { classMap, batch: 6 }));
      assert.equal(classifier.classMap.classes.length, classes);
      assert.equal(classifier.batchIsFixed, batch !== null);
      assert.equal(classifier.batch, batch ?? 6);
      assert.deepEqual(classifier.inputSize, { value: 32, origin: "flag" });
      const { model, dtype, device } = classifier.provenance();
      assert.deepEqual([dtype, device], ["fp32", "cpu"]);
      assert.match((model as { sha256: string }).sha256, /^[0-9a-f]{64}$/);
    });
  }
});

describe("Classifier.open: flags, metadata, graph", () => {
  const metadata = {
    inputSize: 32,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    temperature: 1.5,
    classMap: testClasses(10),
  };

  test("metadata inside the file are enough", async (t) => {
    const model = described(t, "traced-conv.pt", metadata);
    await using classifier = await Classifier.open({ model, device: "cpu" });
    assert.deepEqual(classifier.inputSize, { value: 32, origin: "metadata" });
    assert.equal(classifier.normalization.origin, "metadata");
    assert.deepEqual(classifier.normalization.value.std, [0.25, 0.25, 0.25]);
    assert.deepEqual(classifier.temperature, { value: 1.5, origin: "metadata" });
    assert.equal(classifier.classMap.name, "test");
    assert.deepEqual(classifier.provenance()["model"], {
      path: model,
      sha256: classifier.sha256,
      metadata,
      typeName: classifier.engine.description.typeName,
      head: { kind: "linear", classes: 10, features: 16, bias: true, addend: null },
    });
  });

  test("flags override them, and both are recorded", async (t) => {
    const model = described(t, "traced-conv.pt", metadata);
    await using classifier = await Classifier.open({
      model,
      device: "cpu",
      size: 48,
      normalize: "imagenet",
      temperature: 3,
      classMap: { ...testClasses(10), name: "mine" },
    });
    const { inputSize, normalization, temperature, classMap } = classifier;
    assert.deepEqual([inputSize.value, inputSize.origin], [48, "flag"]);
    assert.deepEqual([normalization.value.where, normalization.origin], ["outside", "flag"]);
    assert.deepEqual([temperature.value, classMap.name], [3, "mine"]);
    assert.deepEqual(
      (classifier.provenance()["model"] as { metadata: unknown }).metadata,
      metadata,
    );
  });

  test("normalisation seen in the graph is left to the model", async () => {
    const { normalize, ...rest } = request("wrapped-normalize.pt");
    assert.equal(normalize, "none");
    await using classifier = await Classifier.open(rest);
    assert.equal(classifier.normalization.value.where, "inside");
    assert.equal(classifier.normalization.origin, "graph");
  });

  test("what nobody tells is an error that names the flag, never a guess", async () => {
    const { size, normalize, ...rest } = request("traced-conv.pt");
    await assert.rejects(Classifier.open(rest), { code: "INPUT_SIZE_UNKNOWN", hint: /--size/ });
    await assert.rejects(Classifier.open({ ...rest, size }), {
      code: "NORMALIZATION_UNKNOWN",
      hint: /--normalize/,
    });
    assert.equal(normalize, "none");
  });

  test("its batch is halved once, with a warning", async () => {
    const warnings: string[] = [];
    const onWarning = (text: string): void => void warnings.push(text);
    await using classifier = await Classifier.open(
      request("traced-conv.pt", { batch: 5, onWarning }),
    );
    assert.deepEqual([classifier.halveBatch(), classifier.batch], [true, 3]);
    assert.deepEqual([classifier.halveBatch(), classifier.batch], [false, 3]);
    assert.equal(classifier.provenance().batch, 3);
    assert.deepEqual(warnings, ["out of memory with batches of 5 images; going on with 3"]);
  });

  test("a class map that does not fit the head is an error", async () => {
    for (const classMap of [undefined, "imagenet1k", "imagenet21k-google", "no-such-map"]) {
      await assert.rejects(Classifier.open(request("traced-conv.pt", { classMap })), {
        code: "CLASS_MAP_INVALID",
      });
    }
  });
});

describe("Classifier.open refuses what it cannot use", () => {
  test("a model without a linear head, unless that is allowed", async () => {
    await assert.rejects(Classifier.open(request("no-head-squeezenet.pt")), {
      code: "MODEL_NO_LINEAR_HEAD",
      message: /expected a last linear layer before the logits, got none: /,
      hint: /--allow-no-head/,
      input: modelFile("no-head-squeezenet.pt"),
    });
    await using classifier = await Classifier.open(
      request("no-head-squeezenet.pt", { allowNoHead: true }),
    );
    assert.equal(classifier.classMap.classes.length, 10);
  });

  test("a model that returns no logits, even without a head", async () => {
    await assert.rejects(Classifier.open(request("no-head-image.pt")), {
      code: "MODEL_NO_LINEAR_HEAD",
    });
    await assert.rejects(Classifier.open(request("no-head-image.pt", { allowNoHead: true })), {
      code: "MODEL_OUTPUT_UNSUPPORTED",
      message: /expected logits \[1, classes\], got \[1, /,
    });
  });

  test("a model of grey images", async () => {
    await assert.rejects(Classifier.open(request("grey-input.pt")), {
      code: "MODEL_OUTPUT_UNSUPPORTED",
      message: /expected RGB input \(3 channels\), got 1/,
    });
  });

  test("a model whose own code fails, with what it says", async () => {
    await assert.rejects(Classifier.open(request("raises.pt")), {
      code: "MODEL_FORWARD_FAILED",
      message: /expected it to accept images \[1, 3, 32, 32\], got: /,
    });
  });

  test("a size that the head does not take", async () => {
    await assert.rejects(Classifier.open(request("head-flatten.pt", { size: 40 })), {
      code: "MODEL_FORWARD_FAILED",
      message: /\[1, 3, 40, 40\]/,
      hint: /--size/,
    });
  });

  test("a file with another hash than the pinned one", async () => {
    await assert.rejects(Classifier.open(request("traced-conv.pt", { sha256: "00" })), {
      code: "MODEL_HASH_MISMATCH",
    });
  });

  test("a device that is not there", async () => {
    for (const device of ["cuda", "cuda:7", "tpu", "cpu:x", ""]) {
      await assert.rejects(Classifier.open(request("traced-conv.pt", { device })), {
        code: "DEVICE_UNAVAILABLE",
      });
    }
  });
});
