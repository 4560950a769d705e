import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { importModel, type ImportedModel } from "../../src/models/import/import-model.js";
import { inspectModel } from "../../src/models/inspect.js";
import { sha256File } from "../../src/models/sha256.js";
import { answerOf } from "../helpers/cli.js";
import { exportPython, run } from "./python.js";

/** A checkpoint written by test/python/imported_checkpoints.py. */
interface Case {
  readonly name: string;
  readonly flags: readonly string[];
  readonly normalization: readonly [number[], number[]] | null;
}

/** How eager PyTorch and the imported file compare. */
interface Comparison {
  readonly name: string;
  /** Of the logits, relative to the largest. */
  readonly difference: number;
  readonly names: boolean;
  readonly numbers: boolean;
  readonly training: boolean;
  readonly metadata: {
    readonly temperature: number;
    readonly inputSize: number;
    readonly name: string;
  };
}

const TOLERANCE = 1e-5;

const found = await exportPython();
const skip = "reason" in found ? found.reason : false;
const folder = mkdtempSync(join(tmpdir(), "spurious-native-import-"));
const imported = new Map<string, ImportedModel & { stderr: string }>();
let cases: Case[] = [];
let comparisons: Comparison[] = [];

async function python<T>(action: string): Promise<T> {
  assert.ok("python" in found);
  const script = "test/python/imported_checkpoints.py";
  const { status, stdout, stderr } = await run(found.python, [script, action, folder]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

before(async () => {
  if (skip !== false) return;
  cases = await python<Case[]>("make");
  for (const { name, flags } of cases) {
    const to = join(folder, `${name}.pt`);
    const args = ["models", "import", join(folder, `${name}.pth`), ...flags, "--to", to, "--json"];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    imported.set(name, { ...(JSON.parse(stdout) as ImportedModel), stderr });
  }
  comparisons = await python<Comparison[]>("check");
});

after(() => rmSync(folder, { recursive: true }));

describe("checkpoints of PyTorch, imported without Python", { skip }, () => {
  test("every form answers as eager PyTorch does, with torchvision's names and all numbers", () => {
    assert.ok(cases.length >= 9);
    assert.deepEqual(
      comparisons.map(({ name }) => name),
      cases.map(({ name }) => name),
    );
    for (const { name, difference, names, numbers, training } of comparisons) {
      assert.ok(difference < TOLERANCE, `${name}: ${difference}`);
      assert.deepEqual([names, numbers, training], [true, true, false], name);
    }
  });

  test("what was written is what the document says, and nothing else is left behind", async () => {
    for (const { name } of cases) {
      const model = imported.get(name);
      assert.equal(model?.file, join(folder, `${name}.pt`));
      assert.equal(model?.sha256, await sha256File(model?.file ?? ""));
    }
    const written = readdirSync(folder).filter((name) => !/^[a-z-]+\.pth?$/.test(name));
    assert.deepEqual(written, []);
  });

  test("metadata hold size, temperature and normalisation, and the engine sees the latter", async () => {
    for (const { name, normalization } of cases) {
      const {
        normalization: seen,
        metadata,
        head,
      } = await inspectModel(join(folder, `${name}.pt`));
      assert.equal(head?.classes, 1000);
      assert.deepEqual([metadata?.normalization, metadata?.classMap], ["inside", "imagenet1k"]);
      if (normalization === null) {
        assert.deepEqual([seen, metadata?.mean], [null, undefined], name);
        continue;
      }
      const [mean, std] = normalization;
      for (const [got, expected] of [
        [seen?.mean, mean],
        [seen?.std, std],
        [metadata?.mean, mean],
        [metadata?.std, std],
      ] as const) {
        assert.deepEqual(got?.map(Math.fround), expected.map(Math.fround), name);
      }
    }
    const of = (name: string) => comparisons.find((one) => one.name === name)?.metadata;
    assert.equal(of("state-dict")?.temperature, 0.75);
    assert.equal(of("plain")?.temperature, 1);
    const { temperature, inputSize, name } = of("preset") ?? {};
    assert.deepEqual([temperature, inputSize, name], [0.7155761122703552, 224, "robust-resnet50"]);
  });

  test("the robustness library: the attacker is left out and the normaliser told", () => {
    const { notes, normalization, stderr } = imported.get("robustness") ?? assert.fail();
    assert.equal(normalization?.origin, "checkpoint");
    assert.match(notes.join("\n"), /the attacker's 322 tensors are left out/);
    assert.match(
      stderr,
      /normaliser has mean 0\.5, 0\.25, 0\.125 and std 0\.25, 0\.5, 0\.75: used/,
    );
  });

  test("a flag wins over the checkpoint's normaliser, and that is told", async () => {
    const to = join(folder, "flag.pt");
    const checkpoint = join(folder, "robustness.pth");
    const model = await importModel({ checkpoint, arch: "resnet50", normalize: "imagenet", to });
    assert.deepEqual(model.normalization?.mean, [0.485, 0.456, 0.406]);
    assert.match(model.notes.join("\n"), /not used, a flag says otherwise/);
    rmSync(to);
  });

  test("an existing file stays without --force, and weights of another architecture write nothing", async () => {
    const checkpoint = join(folder, "plain.pth");
    const same = { checkpoint, arch: "resnet18", normalize: "none", to: join(folder, "plain.pt") };
    await assert.rejects(importModel(same), { code: "OUTPUT_EXISTS" });
    assert.equal(
      (await importModel({ ...same, force: true })).sha256,
      imported.get("plain")?.sha256,
    );
    const to = join(folder, "wrong.pt");
    await assert.rejects(importModel({ ...same, arch: "resnet34", to }), {
      code: "CHECKPOINT_INVALID",
      hint: /pass --arch resnet18/,
    });
    assert.ok(!existsSync(to));
  });

  test("a folder that cannot be written is OUTPUT_WRITE_FAILED", async () => {
    const checkpoint = join(folder, "plain.pth");
    const to = join(checkpoint, "model.pt");
    await assert.rejects(importModel({ checkpoint, arch: "resnet18", normalize: "none", to }), {
      code: "OUTPUT_WRITE_FAILED",
      input: to,
    });
  });
});
