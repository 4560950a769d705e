import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import {
  readSafetensors,
  requireTensor,
  writeSafetensors,
} from "../../src/artefacts/safetensors.js";
import { readClassPca } from "../../src/pca/class-pca.js";
import { readPcaIndex } from "../../src/pca/pca-index.js";
import { imageProbabilities } from "../../src/scoring/softmax.js";
import { fitPcaOfFeatures } from "../../src/pca/fit-features.js";
import { answerOf, startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { assertSameFolders } from "../helpers/folder-content.js";
import { testClasses } from "../helpers/model-fixtures.js";
import { assertClose, largestDifference } from "../helpers/numbers.js";
import { Random } from "../helpers/random.js";
import { namesIn } from "../helpers/result-files.js";
import { waitFor } from "../helpers/wait.js";

/** Of the largest eigenvalue; see the fixture's notes: measured 1e-8. */
const EIGENVALUE_TOLERANCE = 1e-6;
/** Measured 1.3e-6, where alphas reach 4.3. */
const ALPHA_TOLERANCE = 2e-5;
const CLASSES = [3, 417, 980];
const COMPONENTS = 20;

interface Given {
  readonly features: Float32Array;
  readonly labels: readonly number[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A file for --features; tensors that are null are left out. */
function featuresFile(root: string, given: Given, without: readonly string[] = []): string {
  const { features, labels, weight, bias } = given;
  const d = weight.length / bias.length;
  const tensors = {
    features: { shape: [features.length / d, d], data: features },
    labels: { shape: [labels.length], data: BigInt64Array.from(labels, BigInt) },
    weight: { shape: [bias.length, d], data: weight },
    bias: { shape: [bias.length], data: bias },
  };
  const kept = Object.entries(tensors).filter(([name]) => !without.includes(name));
  const path = join(root, "features.safetensors");
  writeFileSync(path, writeSafetensors(Object.fromEntries(kept)));
  return path;
}

/** Features of 12 images, 6 of class 0 and 6 of class 1, for a head of ten classes. */
function smallFeatures(): Given {
  const random = new Random(1);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.next() - 0.5);
  const labels = Array.from({ length: 12 }, (_, i) => Number(i >= 6));
  return { features: numbers(12 * 8), labels, weight: numbers(80), bias: numbers(10) };
}

function smallFolder(t: TestContext): { root: string; args: (file: string) => string[] } {
  const root = fileTree(t, { "classes.json": JSON.stringify(testClasses(10)) });
  const map = join(root, "classes.json");
  const out = join(root, "pca");
  return {
    root,
    args: (file) => ["pca", "fit", "--features", file, "--class-map", map, "--out", out],
  };
}

const MANY_CLASSES = 12;
const MANY_IMAGES = 60;

/** Features that keep a process busy for a while. */
function manyFeatures(t: TestContext) {
  const root = fileTree(t, { "classes.json": JSON.stringify(testClasses(1500)) });
  const random = new Random(3);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.next() - 0.5);
  const d = 2048;
  const labels = Array.from({ length: MANY_CLASSES * MANY_IMAGES }, (_, i) => i % MANY_CLASSES);
  const features = numbers(labels.length * d);
  const file = featuresFile(root, {
    ...{ features, labels, weight: numbers(1500 * d), bias: numbers(1500) },
  });
  const map = join(root, "classes.json");
  const flags = ["--class-map", map, "--components", "5", "--solver", "tridiagonal"];
  return { root, file, map, args: ["pca", "fit", "--features", file, ...flags, "--out", root] };
}

describe("pca fit --features", () => {
  for (const name of ["features-full-rank", "features-rank-deficient"]) {
    test(`${name}: eigenvalues, components, alphas and means of the original, without a model`, async (t) => {
      const path = fixture(`pca/${name}.safetensors`);
      const golden = await readSafetensors(path);
      const tensor = (of: string, dimensions: number) =>
        requireTensor(golden, path, of, "F32", dimensions);
      const { shape, data } = tensor("features", 2);
      const [n = 0, d = 0] = shape;
      const root = fileTree(t, []);
      const weight = tensor("weight", 2).data;
      const bias = tensor("bias", 1).data;
      const file = featuresFile(root, {
        features: Float32Array.from({ length: 3 * data.length }, (_, i) => data[i % data.length]!),
        labels: CLASSES.flatMap((index) => Array<number>(n).fill(index)),
        weight,
        bias,
      });
      const out = join(root, "pca");
      const args = ["pca", "fit", "--features", file, "--components", String(COMPONENTS)];
      const { status, stdout, stderr } = await answerOf([...args, "--out", out, "--json"]);
      assert.equal(status, 0, stderr);
      const index = await readPcaIndex(out);
      assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(index)));
      assert.equal(index.model, null);
      assert.equal(index.train, null);
      assert.deepEqual(
        index.classes.map((one) => [one.index, one.images, one.rank, one.components]),
        CLASSES.map((one) => [one, n, Math.min(n - 1, d), COMPONENTS]),
      );
      for (const entry of index.classes) {
        const k = entry.index;
        const pca = await readClassPca(out, entry);
        const values = requireTensor(golden, path, `eigenvalues_${k}`, "F64", 1).data;
        for (const [l, value] of pca.eigenvalues.entries()) {
          assertClose(value, values[l]!, EIGENVALUE_TOLERANCE * values[0]!, `eigenvalue ${l}`);
        }
        const components = tensor(`components_${k}`, 2).data;
        for (let l = 0; l < COMPONENTS; l++) {
          let cosine = 0;
          for (let i = l * d; i < (l + 1) * d; i++) cosine += pca.components[i]! * components[i]!;
          assertClose(Math.abs(cosine), 1, 1e-5, `component ${l} of class ${k}`);
        }
        assert.ok(largestDifference(pca.alphas, tensor(`alphas_${k}`, 2).data) < ALPHA_TOLERANCE);
        assert.ok(largestDifference(pca.mean, tensor(`mean_${k}`, 1).data) < 1e-6);
        assert.deepEqual(pca.weight, weight.slice(k * d, (k + 1) * d));
        assert.equal(pca.bias, bias[k]);
        const first = CLASSES.indexOf(k) * n;
        assert.deepEqual(
          pca.images,
          Array.from({ length: n }, (_, row) => String(first + row)),
        );
        const logits = Float32Array.from(bias, (value, c) => {
          let sum = value;
          for (let i = 0; i < d; i++) sum += weight[c * d + i]! * data[i]!;
          return sum;
        });
        assertClose(pca.probabilities[0]!, imageProbabilities(logits, k, 1).p, 1e-6, "p");
      }
    });
  }

  const bad = (change: (given: Given) => Partial<Given>, without?: string[]) => ({
    change,
    without,
  });
  const own = (given: Given): Given => ({
    ...given,
    labels: given.labels.slice(0, 6),
    features: given.features.slice(0, 48),
  });
  const REFUSED = {
    "without a tensor named features": [
      bad(() => ({}), ["features"]),
      "ARTEFACT_INVALID",
      /expected a tensor named features, got labels, weight, bias/,
    ],
    "without a tensor named bias": [
      bad(() => ({}), ["bias"]),
      "ARTEFACT_INVALID",
      /expected a tensor named bias/,
    ],
    "with fewer labels than rows": [
      bad(({ labels }) => ({ labels: labels.slice(1) })),
      "ARTEFACT_INVALID",
      /expected features \[N, d\], labels \[N\].*got \[12, 8\], \[11\]/,
    ],
    "with a label past the classes": [
      bad(({ labels }) => ({ labels: labels.with(7, 10) })),
      "ARTEFACT_INVALID",
      /expected labels that are classes of .*, got 10 in row 7/,
    ],
    "with a negative label": [
      bad(({ labels }) => ({ labels: labels.with(2, -1) })),
      "ARTEFACT_INVALID",
      /got -1 in row 2/,
    ],
    "with one image of a class": [
      bad(({ labels }) => ({ labels: labels.map((_, i) => (i === 0 ? 5 : 6)) })),
      "PCA_INPUT_INVALID",
      /class 5 \(thing 5\): .*at least 2 images, got 1/,
    ],
    "with constant features": [
      bad((given) => ({ ...own(given), features: new Float32Array(48).fill(0.5) })),
      "PCA_INPUT_INVALID",
      /class 0 \(thing 0\): .*the same for all 6 images/,
    ],
    "with one image six times": [
      bad((given) => ({
        ...own(given),
        features: Float32Array.from({ length: 48 }, (_, i) => given.features[i % 8]!),
      })),
      "PCA_INPUT_INVALID",
      /the same for all 6 images/,
    ],
    "with a NaN": [
      bad((given) => ({ ...own(given), features: own(given).features.fill(NaN, 19, 20) })),
      "PCA_INPUT_INVALID",
      /expected finite numbers, got NaN in features, row 2, column 3/,
    ],
    "with an infinite number": [
      bad((given) => ({ ...own(given), features: own(given).features.fill(Infinity, 19, 20) })),
      "PCA_INPUT_INVALID",
      /got Infinity in features, row 2, column 3/,
    ],
  } as const;
  for (const [what, [{ change, without }, code, message]] of Object.entries(REFUSED)) {
    test(`a file ${what} is ${code}, and nothing is written`, async (t) => {
      const { root, args } = smallFolder(t);
      const given = smallFeatures();
      const file = featuresFile(root, { ...given, ...change(given) }, without);
      const { status, stderr } = await answerOf(args(file));
      assert.equal(status, code === "ARTEFACT_INVALID" ? 6 : 4, stderr);
      assert.match(stderr, new RegExp(`^error\\[${code}\\]: `, "m"));
      assert.match(stderr, message);
      assert.deepEqual(namesIn(root), ["classes.json", "features.safetensors"]);
    });
  }

  test("a missing, damaged or foreign file is ARTEFACT_INVALID", async (t) => {
    const { root, args } = smallFolder(t);
    const file = featuresFile(root, smallFeatures());
    writeFileSync(join(root, "cut"), readFileSync(file).subarray(0, -4));
    writeFileSync(join(root, "text"), "no tensors");
    for (const name of ["missing", "cut", "text"]) {
      const { status, stderr } = await answerOf(args(join(root, name)));
      assert.equal(status, 6);
      assert.match(stderr, /error\[ARTEFACT_INVALID\]/);
    }
    assert.equal(namesIn(root).includes("pca"), false);
  });

  test("images that occur twice lower the rank and are no error", async (t) => {
    const { root, args } = smallFolder(t);
    const given = own(smallFeatures());
    const features = Float32Array.from({ length: 48 }, (_, i) => given.features[i % 24]!);
    const { status, stdout } = await answerOf([
      ...args(featuresFile(root, { ...given, features })),
      "--json",
    ]);
    assert.equal(status, 0);
    const [entry] = (JSON.parse(stdout) as { classes: { images: number; rank: number }[] }).classes;
    assert.deepEqual([entry?.images, entry?.rank], [6, 2]);
  });

  test("a class asked for without rows is DATA_CLASS_WITHOUT_TRAIN", async (t) => {
    const { root, args } = smallFolder(t);
    const file = featuresFile(root, smallFeatures());
    const { status, stderr } = await answerOf([...args(file), "--classes", "0-2"]);
    assert.equal(status, 4);
    assert.match(stderr, /error\[DATA_CLASS_WITHOUT_TRAIN\]: .*got none of 2$/m);
    assert.equal(namesIn(root).includes("pca"), false);
  });

  test("a class that the head lacks is CLASS_MAP_INVALID", async (t) => {
    const { root, args } = smallFolder(t);
    const map = testClasses(10);
    const classes = map.classes.map((one) => (one.index === 1 ? { ...one, column: null } : one));
    writeFileSync(join(root, "classes.json"), JSON.stringify({ ...map, classes }));
    const { status, stderr } = await answerOf(args(featuresFile(root, smallFeatures())));
    assert.equal(status, 2);
    assert.match(stderr, /error\[CLASS_MAP_INVALID\]: .*class 1, got none/);
    assert.equal(namesIn(root).includes("pca"), false);
  });

  test("--resume takes the same file only, and neither MODEL nor --train are needed", async (t) => {
    const { root, args } = smallFolder(t);
    const given = smallFeatures();
    const file = featuresFile(root, given);
    assert.equal((await answerOf(args(file))).status, 0);
    assert.equal((await answerOf(args(file))).status, 2);
    assert.equal((await answerOf([...args(file), "--resume"])).status, 0);
    featuresFile(root, { ...given, features: given.features.map((value) => value + 1) });
    const { status, stderr } = await answerOf([...args(file), "--resume"]);
    assert.equal(status, 6);
    assert.match(stderr, /error\[RESUME_MISMATCH\]: .*expected features [0-9a-f]{64}, got /);
  });

  test("rows may come in any order: a class has its own, in the order of the file", async (t) => {
    const { root, args } = smallFolder(t);
    const given = smallFeatures();
    const order = [7, 0, 1, 11, 2, 6, 3, 8, 9, 4, 5, 10];
    const shuffled = {
      ...given,
      labels: order.map((row) => given.labels[row]!),
      features: Float32Array.from(
        order.flatMap((row) => [...given.features.subarray(row * 8, row * 8 + 8)]),
      ),
    };
    assert.equal((await answerOf(args(featuresFile(root, given)))).status, 0);
    const other = args(featuresFile(root, shuffled)).with(-1, join(root, "shuffled"));
    assert.equal((await answerOf(other)).status, 0);
    for (const index of [0, 1]) {
      const [one, two] = await Promise.all(
        ["pca", "shuffled"].map(async (name) => {
          const { classes } = await readPcaIndex(join(root, name));
          return readClassPca(join(root, name), classes[index]!);
        }),
      );
      for (const [row, name] of two!.images.entries()) {
        assert.equal(shuffled.labels[Number(name)], index);
        const earlier = one!.images.indexOf(String(order[Number(name)]));
        assert.equal(two!.probabilities[row], one!.probabilities[earlier]);
        const at = (pca: typeof one, of: number) => pca!.alphas[of * pca!.count]!;
        assertClose(at(two, row), at(one, earlier), 1e-5, `alpha of ${name}`);
      }
      assert.ok(two!.images.every((name, i, all) => i === 0 || Number(all[i - 1]) < Number(name)));
    }
  });

  test("SIGTERM: status 143, finished classes stay, and --resume goes on behind them", async (t) => {
    const { root, args } = manyFeatures(t);
    const [whole, half] = [join(root, "whole"), join(root, "half")];
    assert.equal((await answerOf(args.with(-1, whole))).status, 0);
    const { child, ended } = startCli([...args.with(-1, half), "--json"]);
    await waitFor("a finished class", () => namesIn(half).includes("index.json"));
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    assert.equal(status, 143, stderr);
    assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
    const done = (await readPcaIndex(half)).classes.length;
    assert.ok(done >= 1 && done < MANY_CLASSES, `${done} classes`);
    assert.deepEqual(
      namesIn(half).filter((name) => name.startsWith(".")),
      [],
    );
    const resumed = await answerOf([...args.with(-1, half), "--resume"]);
    assert.equal(resumed.status, 0, resumed.stderr);
    assertSameFolders(half, whole);
  });

  test("a signal within a class ends it; what is checked first ends too, with nothing written", async (t) => {
    const { root, file, map } = manyFeatures(t);
    for (const label of ["checking features", "reading features"]) {
      const controller = new AbortController();
      const begun: string[] = [];
      let advanced = 0;
      const progress = {
        begin: (name: string) => void begun.push(name),
        advance: (count: number) => {
          if (begun.at(-1) !== label) return;
          advanced += count;
          controller.abort();
        },
        end: () => undefined,
      };
      const out = join(root, label);
      const request = { features: file, classMap: map, out, progress, signal: controller.signal };
      await assert.rejects(fitPcaOfFeatures(request), { code: "CANCELLED" });
      assert.equal(begun.at(-1), label);
      // Less than the whole, and in the second case than one class.
      const least = label === "reading features" ? MANY_IMAGES : MANY_CLASSES * MANY_IMAGES;
      assert.ok(advanced > 0 && advanced < least, `${advanced} images`);
      assert.equal(namesIn(root).includes(label), false);
    }
  });

  test("the same file gives the same folder", async (t) => {
    const { root, args } = smallFolder(t);
    const file = featuresFile(root, smallFeatures());
    assert.equal((await answerOf(args(file))).status, 0);
    const again = args(file).with(-1, join(root, "again"));
    assert.equal((await answerOf(again)).status, 0);
    assertSameFolders(join(root, "again"), join(root, "pca"));
  });

  test("commands that need the model say that there is none", async (t) => {
    const { root, args } = smallFolder(t);
    assert.equal((await answerOf(args(featuresFile(root, smallFeatures())))).status, 0);
    const pca = join(root, "pca");
    const picture = fixture("pca/new_images/new_0.jpg");
    for (const command of [
      ["pca", "alpha", pca, picture, "--class", "0"],
      ["pca", "rank", pca, "--class", "0", "--component", "0", "--pool", fixture("pca/new_images")],
      ["evidence", pca, "--class", "0", "--out", join(root, "evidence")],
    ]) {
      const { status, stderr } = await answerOf(command);
      assert.equal(status, 6);
      assert.match(stderr, /error\[ARTEFACT_INVALID\]: .*expected a PCA fitted with a model/);
    }
    assert.equal(namesIn(root).includes("evidence"), false);
    const ranked = await answerOf(["pca", "rank", pca, "--class", "1", "--component", "0"]);
    assert.equal(ranked.status, 0);
  });
});
