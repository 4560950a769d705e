import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { WHOLE } from "../../../src/cluster/shard.js";
import { SpuriousError } from "../../../src/errors.js";
import { Journal } from "../../../src/evaluation/journal.js";
import { Exclusions } from "../../../src/mining/exclusions.js";
import { forwardPool, type Measure } from "../../../src/mining/forward-pool.js";
import { MineState, type Stretch } from "../../../src/mining/mine-state.js";
import type { ImageAddress, ImagePool } from "../../../src/mining/pool.js";
import type { Task } from "../../../src/mining/survey.js";
import { TrainingImages } from "../../../src/mining/training-images.js";
import type { Classifier } from "../../../src/models/classifier.js";
import type { ForwardRequest } from "../../../src/native/contract.js";
import { fileTree } from "../../helpers/file-tree.js";
import { paintPictures } from "../../helpers/mining-pool.js";

const BATCH = 4;
/** Less than what is read ahead together. */
const IMAGES = 40;

const pictures = Object.values(await paintPictures(IMAGES));

/** Images 0.png to 39.png; those named are no pictures. */
function pool(bad: readonly number[] = []): ImagePool {
  return {
    ...{ path: "/pool", kind: "folder", bytes: 0 },
    async *images(): AsyncGenerator<ImageAddress> {
      for (const i of pictures.keys()) yield await Promise.resolve({ id: `${i}.png`, pool: 0 });
    },
    sizeOf: () => Promise.resolve(null),
    read({ id }) {
      const i = Number.parseInt(id, 10);
      return Promise.resolve(bad.includes(i) ? Buffer.from("none") : (pictures[i] as Buffer));
    },
    damage: () => null,
  };
}

interface Scene {
  readonly device: string;
  readonly bad?: readonly number[];
  /** Called before a batch is computed, with the number of those before it. */
  readonly onBatch?: (batches: number) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

/** Runs or goes on with a run; gives the state and the lines of its journal. */
async function mine(
  path: string,
  { device, bad, onBatch, ...options }: Scene,
): Promise<{ state: MineState; stretches: Stretch[]; ended: unknown }> {
  let batches = 0;
  const engine = {
    device,
    forward: ({ count }: ForwardRequest): Promise<unknown> => {
      onBatch?.(batches++);
      const numbers = () => new Float32Array(count * 2).fill(1);
      return Promise.resolve({ logits: numbers(), classes: 2, features: numbers() });
    },
  };
  const normalization = { value: { mean: [0, 0, 0], std: [1, 1, 1] } };
  const classifier = { engine, normalization, temperature: { value: 1 }, batch: BATCH };
  const measure: Measure = {
    classifier: classifier as unknown as Classifier,
    preprocessing: { preset: "paper-v2", size: 32 },
    pca: {
      mean: new Float64Array(2),
      eigenvalues: new Float64Array(1),
      components: Float32Array.of(1, 0),
      alphas: new Float32Array(0),
      probabilities: new Float32Array(0),
      weight: Float32Array.of(1, 1),
      ...{ bias: 0, images: [], count: 1 },
    },
    column: 0,
    training: await TrainingImages.open(null, []),
  };
  const task: Task = {
    pools: [pool(bad)],
    exclusions: await Exclusions.read(undefined),
    shard: WHOLE,
  };
  const state = new MineState(1, IMAGES, false);
  let ended: unknown = null;
  {
    await using journal = await Journal.open<Stretch>(path, {}, true);
    for (const stretch of journal.earlier) state.replay(stretch);
    await forwardPool(task, measure, state, journal, options).catch((error: unknown) => {
      ended = error;
    });
  }
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
  return { state, stretches: lines.map((line) => JSON.parse(line) as Stretch), ended };
}

function journalFile(t: TestContext): string {
  return join(fileTree(t, []), "progress.jsonl");
}

function seenOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { seen }) => sum + seen, 0);
}

/** Every image once, in order. */
function assertWhole(state: MineState, bad: readonly number[]): void {
  const ids = state.candidates[0]?.ranked().map(({ id }) => Number.parseInt(id, 10)) ?? [];
  const good = [...pictures.keys()].filter((i) => !bad.includes(i));
  assert.deepEqual(
    ids.sort((a, b) => a - b),
    good,
  );
  assert.deepEqual(
    state.skipped.list().map(({ id }) => id),
    bad.map((i) => `${i}.png`),
  );
  assert.equal(state.seen, IMAGES);
}

describe("forwardPool", () => {
  for (const [device, bad] of [
    ["cpu", []],
    ["cuda:0", []],
    ["cpu", [1, 13, 14, 30]],
    ["cuda:0", [1, 13, 14, 30]],
  ] as const) {
    const about = `${device}, ${bad.length} images unreadable`;

    test(`${about}: a run that is stopped keeps what it has done, and is gone on with`, async (t) => {
      const path = journalFile(t);
      const stop = new AbortController();
      const stopped = await mine(path, {
        ...{ device, bad, signal: stop.signal },
        onBatch: (batches) => {
          if (batches === 5) stop.abort();
        },
      });
      assert.equal((stopped.ended as SpuriousError).code, "CANCELLED");
      const seen = seenOf(stopped.stretches);
      assert.ok(seen >= 4 * BATCH && seen < IMAGES, `${seen} images kept`);
      const { state, ended, stretches } = await mine(path, { device, bad });
      assert.equal(ended, null);
      assert.equal(seenOf(stretches), IMAGES);
      assertWhole(state, bad);
    });

    test(`${about}: what has been done is kept every half minute`, async (t) => {
      let clock = 0;
      const scene = { device, bad, now: () => clock };
      const tick = () => {
        clock += 16_000;
      };
      const { stretches, state } = await mine(journalFile(t), { ...scene, onBatch: tick });
      assert.ok(stretches.length >= 4, `${stretches.length} stretches`);
      assert.equal(seenOf(stretches), IMAGES);
      assertWhole(state, bad);
      const quick = await mine(journalFile(t), scene);
      assert.equal(quick.stretches.length, 1);
    });
  }

  test("what was done before any other failure is kept too", async (t) => {
    const path = journalFile(t);
    const full = new SpuriousError("SOURCE_UNREACHABLE", "reading: expected an answer, got none");
    const { ended, stretches } = await mine(path, {
      device: "cpu",
      onBatch: (batches) => {
        if (batches === 3) throw full;
      },
    });
    assert.equal(ended, full);
    assert.equal(seenOf(stretches), 3 * BATCH);
  });

  test("a journal that cannot be written ends the run, and nothing is written behind it", async (t) => {
    const append = t.mock.method(Journal.prototype, "append", () =>
      Promise.reject(new SpuriousError("OUTPUT_WRITE_FAILED", "writing: expected room, got none")),
    );
    const { ended } = await mine(journalFile(t), { device: "cpu" });
    assert.equal((ended as SpuriousError).code, "OUTPUT_WRITE_FAILED");
    assert.equal(append.mock.callCount(), 1);
  });
});
