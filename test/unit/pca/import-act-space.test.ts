import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { readClassPca } from "../../../src/pca/class-pca.js";
import { importActSpace } from "../../../src/pca/import-act-space.js";
import { spectrumOf } from "../../../src/pca/spectrum.js";
import { answerOf } from "../../helpers/cli.js";
import { fileTree } from "../../helpers/file-tree.js";
import { fixture, jsonFixture } from "../../helpers/fixtures.js";
import { largestDifference } from "../../helpers/numbers.js";
import { paintTrainFolder } from "../../helpers/train-folder.js";

const FILE = fixture("checkpoints/act_space.npy");
const [IMAGES, FEATURES] = [6, 4];
const EXPECTED = jsonFixture<{ act_space: Record<string, { values: number[] }> }>(
  "checkpoints/expected.json",
).act_space;
const expected = (name: string): number[] => EXPECTED[name]?.values ?? assert.fail(name);

function outOf(t: TestContext): string {
  return join(fileTree(t, []), "pca");
}

/** Variance of psi along a direction, straight from the definition. */
function varianceAlong(direction: readonly number[]): number {
  const [act, mean] = [expected("act_train"), expected("pca_mean")];
  let sum = 0;
  for (let i = 0; i < IMAGES; i++) {
    const projection = direction.reduce(
      (total, v, j) => total + v * (act[i * FEATURES + j]! - mean[j]!),
      0,
    );
    sum += projection ** 2;
  }
  return sum / (IMAGES - 1);
}

describe("pca import", () => {
  test("gives mean, components, eigenvalues, alphas and probabilities of the file", async (t) => {
    const out = outOf(t);
    const index = await importActSpace({ file: FILE, classIndex: 1, components: 3, out });
    const [entry] = index.classes;
    assert.ok(entry !== undefined && index.classes.length === 1);
    assert.deepEqual([entry.index, entry.images, entry.rank, entry.components], [1, 6, 4, 3]);
    const pca = await readClassPca(out, entry);
    assert.deepEqual(pca.images, ["0", "1", "2", "3", "4", "5"]);
    assert.ok(largestDifference(pca.mean, expected("pca_mean")) < 1e-7);
    for (let l = 0; l < 3; l++) {
      const column = Array.from({ length: 4 }, (_, i) => expected("eigenvectors")[i * 4 + l]!);
      assert.deepEqual([...pca.components.subarray(l * 4, l * 4 + 4)], column);
      const value = pca.eigenvalues[l]!;
      assert.ok(Math.abs(value - varianceAlong(column)) < 1e-9 * value, String(value));
      for (let i = 0; i < IMAGES; i++) {
        assert.equal(pca.alphas[i * 3 + l], expected("alpha_train")[i * 4 + l]);
      }
    }
    const p = Array.from({ length: IMAGES }, (_, i) => expected("conf_train")[i * 3 + 1]);
    assert.deepEqual([...pca.probabilities], p);
    const total = [0, 1, 2, 3].map((l) =>
      varianceAlong(Array.from({ length: 4 }, (_, i) => (i === l ? 1 : 0))),
    );
    const sum = total.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(entry.totalVariance - sum) < 1e-9 * sum);
  });

  test("names rows by position, ranks them, and adds classes with --resume", async (t) => {
    const [out, train] = [outOf(t), join(fileTree(t, []), "train")];
    await paintTrainFolder(train, [1, 2], { images: IMAGES, size: 16 });
    const run = (k: string, ...more: string[]) =>
      answerOf(["pca", "import", FILE, "--class", k, "--train", train, "--out", out, ...more]);
    const first = await run("1");
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, /joined by position/);
    assert.equal((await run("2")).status, 2, "a folder that exists needs --resume");
    assert.equal((await run("2", "--resume")).status, 0);
    assert.equal((await run("2", "--resume")).status, 2, "the class is there already");
    assert.equal((await run("0", "--resume", "--components", "2")).status, 4, "no such pictures");
    const spectrum = await spectrumOf(out, 2);
    assert.equal(spectrum.components.length, 4);
    const rank = ["pca", "rank", out, "--class", "2", "--component", "0", "--top", "1", "--json"];
    const { stdout } = await answerOf(rank);
    const { top } = JSON.parse(stdout) as { top: { path: string; alpha: number }[] };
    const alphas = Array.from({ length: IMAGES }, (_, i) => expected("alpha_train")[i * 4]!);
    const best = alphas.indexOf(Math.max(...alphas));
    assert.deepEqual([top[0]?.path, top[0]?.alpha], [`2/002_00${best}.png`, alphas[best]]);
  });

  test("a file without confidences has probabilities that are no numbers", async (t) => {
    const out = outOf(t);
    const file = fixture("checkpoints/act_space-unsure.npy");
    const [entry] = (await importActSpace({ file, classIndex: 999, out })).classes;
    assert.ok(entry !== undefined);
    assert.ok((await readClassPca(out, entry)).probabilities.every(Number.isNaN));
  });

  const REFUSED: [string, string, number, RegExp][] = [
    ["activations alone", "act_space-activations.npy", 1, /an array named eigenvectors, got None/],
    [
      "projections that are no alphas",
      "act_space-unscaled.npy",
      1,
      /alpha_train \[\d, 0\] = <1, v>/,
    ],
    ["a class that it has no confidences of", "act_space.npy", 3, /conf_train of class 3/],
    ["another dictionary", "hostile.npy", 1, /posix\.system/],
    ["an array", "array.npy", 1, /a dictionary of tensors/],
  ];
  for (const [what, name, classIndex, message] of REFUSED) {
    test(`${what}: ARTEFACT_INVALID, and nothing is written`, async (t) => {
      const out = outOf(t);
      const file = fixture(`checkpoints/${name}`);
      await assert.rejects(importActSpace({ file, classIndex, out }), {
        code: "ARTEFACT_INVALID",
        message,
      });
      assert.deepEqual(readdirSync(join(out, "..")), []);
    });
  }

  test("another number of training images is ARTEFACT_INVALID", async (t) => {
    const train = join(fileTree(t, []), "train");
    await paintTrainFolder(train, [1], { images: 5, size: 16 });
    await assert.rejects(importActSpace({ file: FILE, classIndex: 1, train, out: outOf(t) }), {
      code: "ARTEFACT_INVALID",
      message: /expected activations of 5 training images, got 6 rows/,
    });
  });

  test("an index past ImageNet's is USAGE_INVALID", async (t) => {
    await assert.rejects(importActSpace({ file: FILE, classIndex: 1000, out: outOf(t) }), {
      code: "USAGE_INVALID",
    });
  });
});
