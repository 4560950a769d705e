import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";

import { memorySource } from "../../../src/artefacts/byte-source.js";
import type { PickleValue } from "../../../src/artefacts/pickle-values.js";
import { TorchStorage, TorchTensor } from "../../../src/artefacts/torch-tensor.js";
import { rowStrides } from "../../../src/artefacts/dense.js";
import {
  ARCHITECTURES,
  architecturesLike,
  parameterCount,
  planOf,
  requireArchitecture,
} from "../../../src/models/import/architectures.js";
import { planImport } from "../../../src/models/import/import-model.js";
import { listModels } from "../../../src/models/import/list-models.js";
import { classesOf, requireMatch } from "../../../src/models/import/match-weights.js";
import { fillPlan, tensorsOf } from "../../../src/models/import/module-plan.js";
import { findWeights } from "../../../src/models/import/state-dict.js";
import { fixture } from "../../helpers/fixtures.js";

/** Parameters that torchvision's documentation states. */
const PARAMETERS = {
  resnet18: 11_689_512,
  resnet34: 21_797_672,
  resnet50: 25_557_032,
  resnet101: 44_549_160,
  resnet152: 60_192_808,
  wide_resnet50_2: 68_883_240,
  wide_resnet101_2: 126_886_696,
  resnext50_32x4d: 25_028_904,
  resnext101_32x8d: 88_791_336,
  resnext101_64x4d: 83_455_272,
};

function tensor(shape: readonly number[], values: readonly number[] = []): TorchTensor {
  const count = shape.reduce((product, side) => product * side, 1);
  const storage = new TorchStorage("float32", count);
  const data = Float32Array.from({ length: count }, (_, i) => values[i] ?? 0);
  storage.locate(memorySource("memory", new Uint8Array(data.buffer)), 0, false);
  return new TorchTensor(storage, shape, rowStrides(shape), 0);
}

/** A state dict of tensors without numbers that matter; scalars are shared by all. */
function stateDict(arch: "resnet18" | "resnet50", prefix = ""): Map<PickleValue, PickleValue> {
  const wanted = tensorsOf(planOf(arch, 1000));
  return new Map([...wanted].map(([name, { shape }]) => [prefix + name, shaped(shape)]));
}

/** Only its shape is looked at. */
function shaped(shape: readonly number[]): TorchTensor {
  return new TorchTensor(new TorchStorage("float32", 0), shape, rowStrides(shape), 0);
}

function match(value: PickleValue, arch: "resnet18" | "resnet50" | "resnet34"): void {
  const { tensors } = findWeights("x.pt", value);
  const classes = classesOf(tensors, 1000);
  requireMatch("x.pt", arch, tensorsOf(planOf(arch, classes)), tensors, classes);
}

describe("architectures", () => {
  for (const [arch, parameters] of Object.entries(PARAMETERS)) {
    test(`${arch} has torchvision's number of parameters`, () => {
      assert.equal(parameterCount(planOf(requireArchitecture(arch), 1000)), parameters);
    });
  }

  test("are all listed, and no two have the same names and shapes", () => {
    assert.deepEqual(ARCHITECTURES, Object.keys(PARAMETERS));
    for (const arch of ARCHITECTURES) {
      const wanted = tensorsOf(planOf(arch, 7));
      const shapes = new Map([...wanted].map(([name, { shape }]) => [name, shape]));
      assert.deepEqual(architecturesLike(shapes, 7), [arch]);
    }
  });

  test("another name is refused with the list", () => {
    assert.throws(() => requireArchitecture("vgg16"), {
      code: "USAGE_INVALID",
      message: /resnet18/,
    });
  });

  test("the modules describe the forward pass in TorchScript", () => {
    const plan = planOf("resnext50_32x4d", 10);
    assert.match(plan.source, /max_pool2d\(x, \[3, 3\], \[2, 2\], \[1, 1\], \[1, 1\], False\)/);
    const stage = plan.children.find(({ name }) => name === "layer2")?.module;
    const block = stage?.children[0]?.module;
    assert.match(block?.source ?? "", /return torch\.relu\(y \+ self\.downsample\.forward\(x\)\)/);
    const grouped = block?.children.find(({ name }) => name === "conv2")?.module;
    assert.match(grouped?.source ?? "", /None, \[2, 2\], \[1, 1\], \[1, 1\], 32\)/);
    assert.deepEqual(grouped?.parameters[0]?.shape, [256, 8, 3, 3]);
  });

  test("a plan is filled by the names of the state dict", () => {
    const plan = planOf("resnet18", 2);
    const wanted = tensorsOf(plan);
    const numbers = new Map([...wanted.keys()].map((name, i) => [name, Float32Array.of(i)]));
    const spec = fillPlan(plan, numbers);
    const fc = spec.children.at(-1)?.module;
    assert.deepEqual(fc?.parameters[1]?.data, Float32Array.of(wanted.size - 1));
    numbers.delete("fc.bias");
    assert.throws(() => fillPlan(plan, numbers), /fc\.bias/);
  });
});

describe("weights in checkpoints", () => {
  for (const [what, wrap] of [
    ["plain", (dict) => dict],
    [
      "under state_dict",
      (dict) =>
        new Map<PickleValue, PickleValue>([
          ["state_dict", dict],
          ["epoch", 3],
        ]),
    ],
    ["under model", (dict) => new Map([["model", dict]])],
    ["under model_state_dict", (dict) => new Map([["model_state_dict", dict]])],
  ] as [string, (dict: PickleValue) => PickleValue][]) {
    for (const prefix of ["", "module.", "model.", "module.model.", "_orig_mod."]) {
      test(`${what}, names beginning with "${prefix}"`, () => {
        const found = findWeights("x.pt", wrap(stateDict("resnet18", prefix)));
        assert.equal(found.prefix, prefix);
        match(wrap(stateDict("resnet18", prefix)), "resnet18");
      });
    }
  }

  test("of the robustness library: the model's own, its normaliser, without the attacker", () => {
    const dict = new Map([
      ...stateDict("resnet50", "module.model."),
      ...stateDict("resnet50", "module.attacker.model."),
      ["module.normalizer.new_mean", shaped([3, 1, 1])],
      ["module.normalizer.new_std", shaped([3, 1, 1])],
      ["module.attacker.normalize.new_mean", shaped([3, 1, 1])],
      ["module.attacker.normalize.new_std", shaped([3, 1, 1])],
    ] as [PickleValue, PickleValue][]);
    const value = new Map<PickleValue, PickleValue>([
      ["model", dict],
      ["epoch", 90],
    ]);
    const found = findWeights("x.pt", value);
    assert.equal(found.attacker.length, stateDict("resnet50").size + 2);
    assert.equal(found.normalizer?.mean, dict.get("module.normalizer.new_mean"));
    assert.equal(found.normalizer?.std, dict.get("module.normalizer.new_std"));
    match(value, "resnet50");
  });

  test("of PyTorch's ImageNet example, which keeps the best accuracy as a tensor beside it", () => {
    const value = new Map<PickleValue, PickleValue>([
      ["best_acc1", shaped([])],
      ["state_dict", stateDict("resnet18", "module.")],
    ]);
    assert.equal(findWeights("x.pt", value).under, "state_dict");
    match(value, "resnet18");
  });

  test("of a normaliser and a model in a Sequential", () => {
    const value = new Map([
      ["0.mean", shaped([1, 3, 1, 1])],
      ["0.std", shaped([1, 3, 1, 1])],
      ...stateDict("resnet18", "1."),
    ] as [PickleValue, PickleValue][]);
    const found = findWeights("x.pt", value);
    assert.equal(found.prefix, "1.");
    assert.equal(found.normalizer?.mean, value.get("0.mean"));
    match(value, "resnet18");
  });

  test("without counts of batches, as before PyTorch 0.4.1", () => {
    const entries = [...stateDict("resnet18")];
    match(
      new Map(entries.filter(([name]) => !(name as string).endsWith("num_batches_tracked"))),
      "resnet18",
    );
  });

  test("nothing of the kind is CHECKPOINT_INVALID, and what is there is named", () => {
    const cases: [PickleValue, RegExp][] = [
      [3, /a dictionary of tensors, got 3/],
      [new Map(), /an empty dictionary/],
      [new Map([["optimizer", 1]]), /a dictionary of "optimizer"/],
      [new Map([["features.0.weight", tensor([1])]]), /features\.0\.weight/],
      [
        new Map([
          ["conv1.weight", tensor([1])],
          ["model.conv1.weight", tensor([1])],
        ]),
        /several/,
      ],
    ];
    for (const [value, message] of cases) {
      assert.throws(() => findWeights("x.pt", value), { code: "CHECKPOINT_INVALID", message });
    }
  });

  test("names that are missing, too many or of another shape are counted, the first are named", () => {
    const dict = stateDict("resnet18");
    dict.delete("layer1.0.conv1.weight");
    dict.delete("layer1.0.bn1.weight");
    dict.delete("layer1.0.bn1.bias");
    dict.delete("layer1.1.bn1.bias");
    dict.set("head.weight", shaped([1]));
    dict.set("conv1.weight", shaped([64, 1, 7, 7]));
    assert.throws(() => match(dict, "resnet18"), {
      code: "CHECKPOINT_INVALID",
      message:
        "matching a checkpoint: x.pt: expected the tensors of resnet18, got 4 missing (layer1.0.conv1.weight, layer1.0.bn1.weight, layer1.0.bn1.bias ...); 1 unexpected (head.weight); 1 of another shape (conv1.weight [64, 1, 7, 7] in place of [64, 3, 7, 7])",
    });
  });

  test("control characters in names do not reach the terminal", () => {
    const dict = stateDict("resnet18");
    dict.set("\u001b[2Jhead", shaped([1]));
    assert.throws(() => match(dict, "resnet18"), { message: /1 unexpected \(\?\[2Jhead\)/ });
    const other = new Map([["\u001b[2J", tensor([1])]]);
    assert.throws(() => findWeights("x.pt", other), { message: /got \?\[2J$/ });
  });

  test("another architecture's weights: the hint names it", () => {
    assert.throws(() => match(stateDict("resnet18"), "resnet34"), {
      code: "CHECKPOINT_INVALID",
      hint: /resnet18: pass --arch resnet18/,
    });
  });
});

describe("planning an import", () => {
  const folder = mkdtempSync(join(tmpdir(), "spurious-native-import-"));
  after(() => rmSync(folder, { recursive: true }));
  const checkpoint = fixture("checkpoints/checkpoint.pt");

  test("a checkpoint of something else is CHECKPOINT_INVALID", async () => {
    await assert.rejects(planImport({ checkpoint, arch: "resnet50" }), {
      code: "CHECKPOINT_INVALID",
      message: /first layer is named conv1, got weight/,
    });
  });

  test("flags are checked before anything is read", async () => {
    const missing = join(folder, "none.pt");
    for (const flags of [
      {},
      { arch: "vgg" },
      { preset: "other" },
      { arch: "resnet18", normalize: "inside" },
      { arch: "resnet18", normalize: "imagenet", mean: [0, 0, 0], std: [1, 1, 1] },
      { arch: "resnet18", mean: [0, 0, 0] },
    ]) {
      await assert.rejects(planImport({ checkpoint: missing, ...flags }), {
        code: "USAGE_INVALID",
      });
    }
    await assert.rejects(planImport({ checkpoint: missing, arch: "resnet18" }), {
      code: "ARTEFACT_INVALID",
    });
  });

  test("a TorchScript file is told to be a model already", async () => {
    const file = fixture("models/traced-conv.pt");
    await assert.rejects(planImport({ checkpoint: file, arch: "resnet18" }), {
      code: "ARTEFACT_INVALID",
      hint: /model already/,
    });
  });
});

test("the list has the 77 published models, every architecture and the presets", () => {
  const { published, importable, presets } = listModels();
  assert.equal(published.length, 77);
  assert.ok(published.every(({ score }, i) => i === 0 || score <= (published[i - 1]?.score ?? 0)));
  assert.deepEqual(
    Object.fromEntries(importable.map((row) => [row.arch, row.parameters])),
    PARAMETERS,
  );
  assert.equal(presets["robust-resnet50"]?.temperature, 0.7155761122703552);
});
