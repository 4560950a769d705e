import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { METADATA_SCHEMA } from "../../src/models/metadata.js";
import { Engine } from "../../src/models/engine.js";
import { inspectModel, type ModelInspection } from "../../src/models/inspect.js";
import { testPictures } from "../helpers/model-fixtures.js";
import { exportPython, type Finished, run } from "./python.js";

/** What eager PyTorch answers for a small architecture; written by test/python/tiny_models.py. */
interface Answers {
  readonly name: string;
  readonly file: string;
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly classes: number;
  readonly kind: "linear" | "conv1x1";
  readonly parameters: number;
  readonly logits: readonly (readonly number[])[];
  readonly features: readonly (readonly number[])[];
  /** null: pooled by attention, where the tokens behind the pooling are not found. */
  readonly map: {
    readonly shape: readonly number[];
    readonly channelsFirst: boolean;
    readonly means: readonly (readonly number[])[];
  } | null;
}

/** Of the largest value: another order of sums and folded batch norms, measured below 1e-6. */
const TOLERANCE = 1e-5;

/** An empty list would test nothing. */
const FEWEST = 30;

const folder = mkdtempSync(join(tmpdir(), "spurious-native-export-"));
const found = await exportPython();
const skip = "reason" in found ? found.reason : false;
let python: Finished | undefined;
let models: Answers[] = [];

before(async () => {
  if ("reason" in found) return;
  const args = ["-W", "ignore::DeprecationWarning", "-m", "unittest", "discover"];
  python = await run(found.python, [...args, "-s", "test/python"], {
    SPURIOUS_NATIVE_TINY_EXPORTS: folder,
    OMP_NUM_THREADS: "1",
  });
  models = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Answers);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("the exporter's own tests pass", { skip }, () => {
  assert.equal(python?.status, 0, python?.stderr);
  assert.ok(models.length >= FEWEST, `${models.length} models`);
});

test("head, normalisation and metadata of every exported model are found", { skip }, async (t) => {
  for (const model of models) {
    await t.test(model.name, async () => {
      const seen = await inspectModel(model.file);
      assert.deepEqual(seen.head, {
        kind: model.kind,
        classes: model.classes,
        features: model.features[0]?.length,
        bias: true,
        // VOLO adds half the largest logit over its patches to the class token's.
        addend: model.name.startsWith("volo") ? "aten::mul" : null,
      });
      assert.equal(seen.parameters, model.parameters);
      assert.equal(seen.inputChannels, 3);
      assertNormalization(seen, model);
      const { schema, name, inputSize, classMap } = seen.metadata ?? {};
      assert.deepEqual(
        { schema, name, inputSize, classMap },
        {
          schema: METADATA_SCHEMA,
          name: model.name,
          inputSize: model.size,
          classMap: "imagenet1k",
        },
      );
    });
  }
});

test("logits, features and last map of every exported model equal eager PyTorch's", {
  skip,
}, async (t) => {
  for (const model of models) {
    await t.test(model.name, () => assertForward(model));
  }
});

test("the program prints what an exported model is", { skip }, async () => {
  const file = join(folder, "test_vit.pt");
  const args = ["--import", "tsx", "src/main.ts", "inspect", file, "--json"];
  const { status, stdout, stderr } = await run(process.execPath, args);
  assert.equal(status, 0, stderr);
  const seen = JSON.parse(stdout) as ModelInspection;
  assert.equal(seen.kind, "traced");
  assert.equal(seen.featureMap?.kind, "tokens");
  assert.equal(seen.metadata?.normalization, "inside");
  const sidecar = readFileSync(`${file}.sha256`, "utf8");
  assert.equal(sidecar, `${seen.sha256}  test_vit.pt\n`);
});

function assertNormalization({ normalization }: ModelInspection, { mean, std }: Answers): void {
  assert.ok(normalization);
  assertClose("mean", normalization.mean, mean);
  assertClose("std", normalization.std, std);
}

async function assertForward(model: Answers): Promise<void> {
  const { size } = model;
  const count = model.logits.length;
  await using engine = await Engine.load(model.file, { device: "cpu", threads: 2 });
  const result = await engine.forward({
    pixels: testPictures(size, size).subarray(0, count * size * size * 3),
    count,
    height: size,
    width: size,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    batch: count,
    features: true,
    featureMap: true,
  });
  assertClose("logits", [...result.logits], model.logits.flat());
  assertClose("features", [...(result.features ?? [])], model.features.flat());
  if (model.map === null) return;
  const { shape, channelsFirst, means } = model.map;
  assert.deepEqual(result.featureMapShape, shape);
  const kind = engine.description.featureMap?.kind;
  assert.equal(kind, shape.length === 3 ? "map" : "tokens");
  const channels = means[0]?.length ?? 0;
  const map = result.featureMap ?? new Float32Array();
  assertClose("map", channelMeans(map, count, channels, channelsFirst), means.flat());
}

/** Of [count, C, positions] or [count, positions, C]: the means over positions, [count * C]. */
function channelMeans(
  map: Float32Array,
  count: number,
  channels: number,
  channelsFirst: boolean,
): number[] {
  const positions = map.length / (count * channels);
  const means = new Array<number>(count * channels).fill(0);
  map.forEach((value, at) => {
    const n = Math.floor(at / (channels * positions));
    const inside = at % (channels * positions);
    const c = channelsFirst ? Math.floor(inside / positions) : inside % channels;
    means[n * channels + c] = (means[n * channels + c] ?? 0) + value / positions;
  });
  return means;
}

function assertClose(what: string, got: readonly number[], expected: readonly number[]): void {
  assert.equal(got.length, expected.length, what);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (got[i] ?? Number.NaN))),
    0,
  );
  assert.ok(difference <= TOLERANCE * largest, `${what}: differs by ${difference} of ${largest}`);
}
