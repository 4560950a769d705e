import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { demoModel, demoTrain } from "../../src/demo/demo.js";
import type { AlphaResult } from "../../src/pca/alpha-of-images.js";
import { readClassPca } from "../../src/pca/class-pca.js";
import { fitPca } from "../../src/pca/fit.js";
import { readPcaIndex } from "../../src/pca/pca-index.js";
import type { RankResult } from "../../src/pca/rank.js";
import type { Spectrum } from "../../src/pca/spectrum.js";
import { answerOf } from "../helpers/cli.js";
import { assertClose } from "../helpers/numbers.js";
import { namesIn } from "../helpers/result-files.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const STORED = 6;
/** Images that were fitted, run again in another batch. */
const TOLERANCE = 1e-4;

describe("pca show, alpha and rank", () => {
  const root = temporaryFolder();
  const pca = join(root.path, "pca");
  const train = demoTrain();

  before(async () => {
    const fit = { model: demoModel(), train, components: STORED };
    await fitPca({ ...fit, classes: "fish,teapot", out: pca });
  });
  after(() => root.remove());

  async function json<T>(...args: string[]): Promise<T> {
    const { status, stdout, stderr } = await answerOf(["pca", ...args, "--json"]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as T;
  }

  async function refused(code: string, status: number, message: RegExp, ...args: string[]) {
    const answer = await answerOf(["pca", ...args, "--json"]);
    assert.equal(answer.status, status, answer.stderr);
    const { error } = JSON.parse(answer.stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, code);
    assert.match(error.message, message);
  }

  async function stored(index: number) {
    const entry = (await readPcaIndex(pca)).classes.find((one) => one.index === index)!;
    return readClassPca(pca, entry);
  }

  test("show --json: every stored component, of a class by index, name or WordNet id", async () => {
    const shown = await json<Spectrum>("show", pca, "--class", "3");
    assert.deepEqual(Object.keys(shown), [
      ...["class", "label", "images", "rank", "features", "totalVariance", "solver", "route"],
      "components",
    ]);
    const { class: index, label, images, rank, components } = shown;
    assert.deepEqual([index, label, images], [3, "fish", 70]);
    assert.ok(rank > STORED);
    const fitted = await stored(3);
    const d = fitted.weight.length;
    assert.equal(shown.features, d);
    assert.deepEqual(
      components.map((one) => one.eigenIndex),
      [0, 1, 2, 3, 4, 5],
    );
    for (const [l, one] of components.entries()) {
      assert.equal(one.eigenvalue, fitted.eigenvalues[l]);
      assertClose(one.varianceShare, one.eigenvalue / shown.totalVariance, 1e-12);
      const column = fitted.images.map((_, row) => fitted.alphas[row * STORED + l]!);
      assert.deepEqual([one.alphaMin, one.alphaMax], [Math.min(...column), Math.max(...column)]);
      let sum = 0;
      for (let i = l * d; i < (l + 1) * d; i++) sum += fitted.components[i]!;
      assertClose(one.sum, sum, 1e-5);
    }
    assert.deepEqual(await json("show", pca, "--class", "fish"), shown);
    assert.deepEqual(await json("show", pca, "--class", "003"), shown);
  });

  test("show prints a table and writes the spectrum as PNG and SVG", async () => {
    const plots = join(root.path, "plots");
    const args = ["pca", "show", pca, "--class", "8", "--components", "4", "--plot", plots];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Class 8 \(teapot\): 70 training images, \d+ features, rank \d+\n/);
    assert.match(stdout, /\n2 more are stored\n$/);
    assert.deepEqual(namesIn(plots), ["spectrum-008.png", "spectrum-008.svg"]);
    const svg = readFileSync(join(plots, "spectrum-008.svg"), "utf8");
    assert.equal(svg.match(/<circle /g)?.length, STORED);
    assert.doesNotMatch(svg, /NaN|undefined/);
    const png = readFileSync(join(plots, "spectrum-008.png"));
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  });

  test("alpha --json: training images have the alphas and probabilities of the fit", async () => {
    const fitted = await stored(3);
    const rows = [0, 17, 69];
    const images = rows.map((row) => join(train, fitted.images[row]!));
    const result = await json<AlphaResult>("alpha", pca, ...images, "--class", "fish");
    assert.deepEqual(Object.keys(result), ["class", "images"]);
    assert.equal(result.class, 3);
    assert.deepEqual(
      result.images.map(({ path }) => path),
      images,
    );
    for (const [i, image] of result.images.entries()) {
      const row = rows[i]!;
      assertClose(image.probability, fitted.probabilities[row]!, TOLERANCE);
      assert.equal(image.components.length, STORED);
      const suspicion = image.components.map(({ alpha, trainMax }) => alpha / trainMax);
      assert.deepEqual(
        suspicion,
        suspicion.toSorted((a, b) => b - a),
      );
      for (const { eigenIndex, alpha, trainMax, trainShareBelow } of image.components) {
        const column = fitted.images.map((_, at) => fitted.alphas[at * STORED + eigenIndex]!);
        assertClose(alpha, column[row]!, TOLERANCE);
        assert.equal(trainMax, Math.max(...column));
        const below = column.filter((value) => value < column[row]!).length;
        // The image itself lies a rounding above or below itself.
        assertClose(trainShareBelow, below / column.length, 1.01 / column.length);
      }
    }
  });

  test("alpha takes chosen components, an image twice, and prints a table", async () => {
    const picture = join(train, (await stored(8)).images[0]!);
    const args = ["alpha", pca, picture, picture, "--class", "teapot", "--components", "5,0"];
    const { images } = await json<AlphaResult>(...args);
    assert.equal(images.length, 2);
    assert.deepEqual(images[0], images[1]);
    assert.deepEqual(images[0]?.components.map(({ eigenIndex }) => eigenIndex).toSorted(), [0, 5]);
    const { stdout } = await answerOf(["pca", ...args, "--top", "1"]);
    assert.match(stdout, /eigen index +alpha +largest in training +training below\n/);
  });

  test("rank --json: the training images by alpha, largest first, then smallest first", async () => {
    const args = ["rank", pca, "--class", "fish", "--component", "0"];
    const result = await json<RankResult>(...args, "--top", "4", "--least", "3");
    const fitted = await stored(3);
    const all = fitted.images.map((path, row) => ({
      path,
      alpha: fitted.alphas[row * STORED]!,
      probability: fitted.probabilities[row]!,
    }));
    all.sort((a, b) => b.alpha - a.alpha);
    assert.deepEqual(result, {
      class: 3,
      component: 0,
      top: all.slice(0, 4),
      least: all.slice(-3).reverse(),
      images: 70,
      skipped: [],
    });
    const usual = await json<RankResult>(...args);
    assert.deepEqual([usual.top.length, usual.least.length], [5, 5]);
    const none = await json<RankResult>(...args, "--least", "0");
    assert.deepEqual(none.least, []);
  });

  test("rank --pool: the training images as a pool have the alphas of the fit; others are named", async () => {
    const pool = join(root.path, "pool");
    mkdirSync(join(pool, "inner"), { recursive: true });
    const fitted = await stored(3);
    const alphaOf = new Map<string, number>();
    for (const [row, path] of fitted.images.entries()) {
      if (row % 5 > 0) continue;
      const name = row % 2 ? `inner/${row}.jpg` : `${row}.jpg`;
      copyFileSync(join(train, path), join(pool, name));
      alphaOf.set(name, fitted.alphas[row * STORED + 1]!);
    }
    writeFileSync(join(pool, "broken.png"), "no picture");
    writeFileSync(join(pool, "notes.txt"), "no picture either");
    const args = ["rank", pca, "--class", "3", "--component", "1", "--pool", pool];
    const result = await json<RankResult>(...args, "--top", "14", "--least", "2");
    assert.equal(result.images, 14);
    assert.deepEqual(new Set(result.top.map(({ path }) => path)), new Set(alphaOf.keys()));
    for (const { path, alpha } of result.top) assertClose(alpha, alphaOf.get(path)!, TOLERANCE);
    assert.deepEqual(result.least, result.top.slice(-2).reverse());
    assert.deepEqual(
      result.skipped.map(({ path }) => path),
      ["broken.png"],
    );
    const { stderr, stdout } = await answerOf(["pca", ...args]);
    assert.match(stderr, /^warning: .*broken\.png/m);
    assert.match(stdout, /^Most activating of 14 images\n/);
  });

  test("a pool that is missing or without pictures is refused", async () => {
    const empty = join(root.path, "empty");
    mkdirSync(empty);
    const args = ["rank", pca, "--class", "3", "--component", "1", "--pool"];
    await refused("DATA_LAYOUT", 4, /empty: expected a folder with pictures/, ...args, empty);
    await refused("DATA_NOT_FOUND", 4, /nowhere/, ...args, join(root.path, "nowhere"));
  });

  test("a class that was not fitted is refused, with those that were", async () => {
    const picture = join(train, "fish/fish_000.jpg");
    const others = /balloon: expected one of the PCA's classes \(3 fish, 8 teapot\), got another/;
    await refused("USAGE_INVALID", 2, others, "show", pca, "--class", "balloon");
    await refused("USAGE_INVALID", 2, others, "alpha", pca, picture, "--class", "balloon");
    const rank = ["rank", pca, "--class", "balloon", "--component", "0"];
    await refused("USAGE_INVALID", 2, others, ...rank);
  });

  test("a component that is not stored or past the rank is refused by name", async () => {
    const picture = join(train, "fish/fish_000.jpg");
    const notStored =
      /class 3: expected an eigen index from 0 to 5, got 6: 6 components were stored/;
    const rank = (component: string) => ["rank", pca, "--class", "3", `--component=${component}`];
    await refused("USAGE_INVALID", 2, notStored, ...rank("6"));
    await refused("USAGE_INVALID", 2, /got 69: .*vary in \d+ dimensions only/, ...rank("69"));
    await refused("USAGE_INVALID", 2, /--component: .*got "-1"/, ...rank("-1"));
    const alpha = ["alpha", pca, picture, "--class", "3", "--components"];
    await refused("USAGE_INVALID", 2, notStored, ...alpha, "0,6");
    await refused("USAGE_INVALID", 2, /--components: .*got "x"/, ...alpha, "x");
  });

  test("an image that cannot be read is refused by name", async () => {
    const broken = join(root.path, "broken.jpg");
    writeFileSync(broken, "no picture");
    const good = join(train, "fish/fish_000.jpg");
    const alpha = (path: string) => ["alpha", pca, good, path, "--class", "3"];
    await refused("IMAGE_UNREADABLE", 4, /broken\.jpg/, ...alpha(broken));
    await refused("IMAGE_UNREADABLE", 4, /nowhere\.jpg/, ...alpha(join(root.path, "nowhere.jpg")));
  });

  test("a folder that is no PCA, or one of another model, is refused", async () => {
    const picture = join(train, "fish/fish_000.jpg");
    const show = (folder: string) => ["show", folder, "--class", "3"];
    await refused("ARTEFACT_INVALID", 6, /expected a folder made by `pca fit`/, ...show(train));
    const foreign = join(root.path, "foreign");
    mkdirSync(foreign);
    for (const [text, message] of [
      [
        '{"schema":"spurious-native/pca/2"}',
        /expected schema .*pca\/1, got "spurious-native\/pca\/2"/,
      ],
      ["{", /expected JSON/],
      [
        '{"schema":"spurious-native/pca/1"}',
        /expected a whole index, got \.features: expected a number/,
      ],
    ] as const) {
      writeFileSync(join(foreign, "index.json"), text);
      await refused("ARTEFACT_INVALID", 6, message, ...show(foreign));
    }
    const other = join(root.path, "other.pt");
    writeFileSync(other, Buffer.concat([readFileSync(demoModel()), Buffer.from("x")]));
    const alpha = ["alpha", pca, picture, "--class", "3", "--model", other];
    await refused("MODEL_HASH_MISMATCH", 5, /other\.pt/, ...alpha);
  });

  test("a damaged class file is refused by name", async () => {
    const damaged = join(root.path, "damaged");
    mkdirSync(damaged);
    for (const name of ["index.json", "003.safetensors", "003.images.json"]) {
      copyFileSync(join(pca, name), join(damaged, name));
    }
    const show = ["show", damaged, "--class", "3"];
    const names = join(damaged, "003.images.json");
    for (const [content, message] of [
      ["[1]", /003\.images\.json: expected a JSON list of image names/],
      ['["a.jpg"]', /003\.safetensors: expected 6 components of 1 images, got alphas \[70, 6\]/],
    ] as const) {
      writeFileSync(names, content);
      await refused("ARTEFACT_INVALID", 6, message, ...show);
    }
    copyFileSync(join(pca, "003.images.json"), names);
    const tensors = join(damaged, "003.safetensors");
    writeFileSync(tensors, readFileSync(tensors).subarray(0, 1000));
    await refused("ARTEFACT_INVALID", 6, /003\.safetensors/, ...show);
  });
});
