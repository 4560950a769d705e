import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { readSafetensors, requireTensor } from "../../src/artefacts/safetensors.js";
import { answerOf } from "../helpers/cli.js";
import { fixture } from "../helpers/fixtures.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { legacyTensorFile } from "../helpers/torch-save.js";
import { paintTrainFolder } from "../helpers/train-folder.js";

const CLASSES = [1, 94];
const IMAGES = 10;
const COMPONENTS = 4;
/** A picture in the middle that cannot be read. */
const BROKEN = 4;

describe("spufix fit with the original's files of alphas", () => {
  const root = temporaryFolder();
  const [train, pca, files] = ["train", "pca", "files"].map((name) => join(root.path, name)) as [
    string,
    string,
    string,
  ];
  const labels = join(root.path, "labels.json");
  const model = [fixture("eval/models/tiny-resnet.pt"), "--train", train, "--size", "64"];
  const fit = (alphas: string, out: string) =>
    answerOf([
      ...["spufix", "fit", ...model, "--alphas", alphas, "--components", labels],
      ...["--out", join(root.path, out), "--json"],
    ]);

  before(async () => {
    await paintTrainFolder(train, CLASSES, { images: IMAGES, size: 64 });
    writeFileSync(join(train, "94", `094_00${String(BROKEN)}.png`), "no picture");
    writeFileSync(labels, JSON.stringify({ 1: [2], 94: [0, 3] }));
    const args = ["pca", "fit", ...model, "--classes", "1,94", "--components", String(COMPONENTS)];
    const fitted = await answerOf([...args, "--out", pca]);
    assert.equal(fitted.status, 0, fitted.stderr);
    mkdirSync(files);
    for (const index of CLASSES) await writeAlphas(index);
  });
  after(() => root.remove());

  /** The PCA's alphas without names: a row for every picture, in the order of file names. */
  async function writeAlphas(index: number): Promise<void> {
    const number = String(index).padStart(3, "0");
    const path = join(pca, `${number}.safetensors`);
    const alphas = requireTensor(await readSafetensors(path), path, "alphas", "F32", 2).data;
    const names = JSON.parse(readFileSync(join(pca, `${number}.images.json`), "utf8")) as string[];
    const rows = new Float32Array(IMAGES * COMPONENTS).fill(1e6);
    for (const [row, name] of names.entries()) {
      const position = Number(/_(\d+)\.png$/.exec(name)?.[1]);
      const own = alphas.subarray(row * COMPONENTS, (row + 1) * COMPONENTS);
      rows.set(own, position * COMPONENTS);
    }
    const content = legacyTensorFile([IMAGES, COMPONENTS], rows);
    writeFileSync(join(files, `spurious_alphas_train_${number}.pt`), content);
  }

  test("gives the directions of the PCA itself, and warns that position joins them", async () => {
    const byName = await fit(pca, "by-name.safetensors");
    const byPosition = await fit(files, "by-position.safetensors");
    assert.deepEqual([byName.status, byPosition.status], [0, 0], byPosition.stderr);
    assert.doesNotMatch(byName.stderr, /joined by position/);
    assert.match(byPosition.stderr, /warning: alphas without image names are joined by position/);
    const [one, other] = await Promise.all(
      ["by-name", "by-position"].map((name) =>
        readSafetensors(join(root.path, `${name}.safetensors`)),
      ),
    );
    assert.equal(one?.tensors.get("directions")?.shape[0], 3);
    assert.deepEqual(other?.tensors, one?.tensors);
    const { discovery } = JSON.parse(other?.metadata["provenance"] ?? "") as {
      discovery: { alphas: string };
    };
    const { alphas, ...rest } = discovery;
    assert.deepEqual(rest, { folder: files, joinedBy: "position", model: null });
    assert.match(alphas, /^[0-9a-f]{64}$/);
  });

  test("a picture that the PCA could not read is left out with a warning, also where it can be read now", async (t) => {
    const broken = join(train, "94", `094_00${BROKEN}.png`);
    copyFileSync(join(train, "94", "094_000.png"), broken);
    t.after(() => writeFileSync(broken, "no picture"));
    const { status, stderr } = await fit(pca, "mended.safetensors");
    assert.equal(status, 0, stderr);
    assert.match(stderr, /warning: left out: 94\/094_004\.png: .* no alpha of it: .*/);
    const [mended, before] = await Promise.all(
      ["mended", "by-name"].map((name) => readSafetensors(join(root.path, `${name}.safetensors`))),
    );
    assert.deepEqual(mended?.tensors, before?.tensors);
    const { skipped } = JSON.parse(mended?.metadata["provenance"] ?? "") as {
      skipped: { path: string }[];
    };
    assert.deepEqual(
      skipped.map(({ path }) => path),
      ["94/094_004.png"],
    );
  });

  test("pictures of one name in two folders of a class have their own alphas", async (t) => {
    const folders = join(root.path, "folders");
    t.after(() => rmSync(folders, { recursive: true }));
    const nested = join(folders, "train");
    for (let i = 0; i < IMAGES; i++) {
      const to = join(nested, "1", i % 2 === 0 ? "a" : "b");
      mkdirSync(to, { recursive: true });
      // Five names, each twice.
      copyFileSync(join(train, "1", `001_00${i}.png`), join(to, `${i >> 1}.png`));
    }
    const own = [...model].map((one) => (one === train ? nested : one));
    const nestedPca = join(folders, "pca");
    const fitted = await answerOf(["pca", "fit", ...own, "--classes", "1", "--out", nestedPca]);
    assert.equal(fitted.status, 0, fitted.stderr);
    const only = join(folders, "labels.json");
    writeFileSync(only, JSON.stringify({ 1: [2] }));
    const out = join(folders, "fix.safetensors");
    const args = ["spufix", "fit", ...own, "--alphas", nestedPca, "--components", only];
    const { status, stderr } = await answerOf([...args, "--out", out]);
    assert.equal(status, 0, stderr);
    // On the discovery model itself the direction is the component, up to its sign.
    const direction = requireTensor(await readSafetensors(out), out, "directions", "F32", 2).data;
    const path = join(nestedPca, "001.safetensors");
    const components = requireTensor(await readSafetensors(path), path, "components", "F32", 2);
    const [, d = 0] = components.shape;
    let cosine = 0;
    for (let i = 0; i < d; i++) cosine += direction[i]! * components.data[2 * d + i]!;
    assert.ok(Math.abs(cosine) > 0.999, `cosine ${cosine}`);
  });

  test("another number of images is refused before any picture is read", async (t) => {
    const extra = join(train, "94", "zzz_999.png");
    writeFileSync(extra, "no picture");
    t.after(() => rmSync(extra));
    const { status, stdout } = await fit(files, "refused.safetensors");
    assert.equal(status, 6);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, "ARTEFACT_INVALID");
    assert.match(error.message, /expected alphas of 11 training images, got 10 rows/);
  });
});
