import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  chooseInputSize,
  chooseNormalization,
  chooseTemperature,
  type ModelFlags,
  NORMALIZATIONS,
} from "../../../src/models/model-options.js";
import type { ModelDescription } from "../../../src/native/contract.js";

function graph(fields: Partial<ModelDescription>): ModelDescription {
  return {
    kind: "traced",
    typeName: "Net",
    parameters: 1,
    parameterDtypes: ["float32"],
    output: "tensor",
    outputKey: null,
    softmaxRemoved: false,
    head: null,
    headMissing: null,
    featureMap: null,
    normalization: null,
    inputChannels: 3,
    inputSize: null,
    metadata: null,
    ...fields,
  };
}

const seen = graph({
  inputSize: 64,
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
});
const blind = graph({});

describe("chooseInputSize", () => {
  test("a flag wins over metadata, these over the graph", () => {
    const metadata = { inputSize: 96 };
    assert.deepEqual(chooseInputSize({ size: 128 }, metadata, seen), {
      value: 128,
      origin: "flag",
    });
    assert.deepEqual(chooseInputSize({}, metadata, seen), { value: 96, origin: "metadata" });
    assert.deepEqual(chooseInputSize({}, {}, seen), { value: 64, origin: "graph" });
  });

  test("is never guessed: nothing known is an error that names the flag", () => {
    assert.throws(() => chooseInputSize({}, {}, blind), {
      code: "INPUT_SIZE_UNKNOWN",
      hint: /--size N/,
    });
  });
});

describe("chooseNormalization", () => {
  const [mean, std] = [
    [0.4, 0.5, 0.6],
    [0.1, 0.2, 0.3],
  ] as [[number, number, number], [number, number, number]];
  const none = { mean: [0, 0, 0], std: [1, 1, 1] };

  test("flags win over metadata, these over the graph", () => {
    const metadata = { mean, std };
    assert.deepEqual(chooseNormalization({ normalize: "none" }, metadata, seen), {
      value: { where: "none", ...none },
      origin: "flag",
    });
    assert.deepEqual(chooseNormalization({}, metadata, seen), {
      value: { where: "outside", mean, std },
      origin: "metadata",
    });
    assert.deepEqual(chooseNormalization({}, {}, seen), {
      value: { where: "inside", ...none },
      origin: "graph",
    });
  });

  test("metadata may say that the model does it", () => {
    const metadata = { normalization: "inside", mean, std } as const;
    assert.deepEqual(chooseNormalization({}, metadata, blind), {
      value: { where: "inside", ...none },
      origin: "metadata",
    });
  });

  test("--mean and --std together are taken as they are", () => {
    assert.deepEqual(chooseNormalization({ mean, std }, {}, blind), {
      value: { where: "outside", mean, std },
      origin: "flag",
    });
  });

  for (const name of ["imagenet", "inception", "openai-clip"] as const) {
    test(`--normalize ${name} has the published numbers`, () => {
      const { value, origin } = chooseNormalization({ normalize: name }, {}, seen);
      assert.equal(origin, "flag");
      assert.deepEqual(value, { where: "outside", ...NORMALIZATIONS[name] });
    });
  }

  test("the published numbers are those of torchvision and of OpenAI's CLIP", () => {
    assert.deepEqual(NORMALIZATIONS.imagenet.mean, [0.485, 0.456, 0.406]);
    assert.deepEqual(NORMALIZATIONS.imagenet.std, [0.229, 0.224, 0.225]);
    assert.deepEqual(NORMALIZATIONS["openai-clip"].mean, [0.48145466, 0.4578275, 0.40821073]);
    assert.deepEqual(NORMALIZATIONS["openai-clip"].std, [0.26862954, 0.26130258, 0.27577711]);
  });

  test("is never guessed: nothing known is an error that names the flags", () => {
    assert.throws(() => chooseNormalization({}, {}, blind), {
      code: "NORMALIZATION_UNKNOWN",
      hint: /--normalize imagenet/,
    });
    // Half of it is not enough.
    assert.throws(() => chooseNormalization({}, { mean }, blind), {
      code: "NORMALIZATION_UNKNOWN",
    });
  });

  test("a graph made for inputs of 0 to 255 is refused with the flags that help", () => {
    const bytes = graph({ normalization: { mean: [124, 116, 104], std: [58.4, 57.1, 57.4] } });
    assert.throws(() => chooseNormalization({}, {}, bytes), {
      code: "NORMALIZATION_UNKNOWN",
      message: /divides its input by 58\.4/,
      hint: /--std 0\.0039/,
    });
    assert.equal(chooseNormalization({ normalize: "inside" }, {}, bytes).origin, "flag");
  });

  for (const [what, flags] of [
    ["--mean without --std", { mean }],
    ["--std without --mean", { std }],
    ["both forms at once", { mean, std, normalize: "imagenet" }],
    ["an unknown name", { normalize: "cifar" }],
    ["a name of the prototype", { normalize: "toString" }],
  ] satisfies [string, ModelFlags][]) {
    test(`refuses ${what}`, () => {
      assert.throws(() => chooseNormalization(flags, {}, seen), { code: "USAGE_INVALID" });
    });
  }
});

test("chooseTemperature: flag, then metadata, then 1", () => {
  const metadata = { temperature: 0.7 };
  assert.deepEqual(chooseTemperature({ temperature: 2 }, metadata), { value: 2, origin: "flag" });
  assert.deepEqual(chooseTemperature({}, metadata), { value: 0.7, origin: "metadata" });
  assert.deepEqual(chooseTemperature({}, {}), { value: 1, origin: "default" });
});
