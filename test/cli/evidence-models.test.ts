import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import sharp from "sharp";

import type { EvidenceDocument } from "../../src/evidence/evidence-file.js";
import type { AlphaResult } from "../../src/pca/alpha-of-images.js";
import { answerOf } from "../helpers/cli.js";
import { fixture } from "../helpers/fixtures.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const IMAGES = 8;
/** How alpha's Grad-CAM comes about: from the head alone where it is pooling and one linear layer. */
const MODELS = [
  { name: "tiny-resnet", size: 96, method: "closed-form" },
  { name: "tiny-efficientnet", size: 96, method: "closed-form" },
  { name: "tiny-convnext", size: 96, method: "autograd" },
  { name: "tiny-vit", size: 160, method: "autograd" },
] as const;

describe("fit, alpha and evidence with models of every shape", () => {
  const root = temporaryFolder();
  const train = join(root.path, "train");

  before(() => {
    const pictures = readdirSync(fixture("pca/images"))
      .sort()
      .slice(0, 2 * IMAGES);
    for (const [i, name] of pictures.entries()) {
      const folder = join(train, i < IMAGES ? "94" : "207");
      mkdirSync(folder, { recursive: true });
      symlinkSync(fixture(`pca/images/${name}`), join(folder, name));
    }
  });
  after(() => root.remove());

  for (const { name, size, method } of MODELS) {
    test(`${name}: Grad-CAM by ${method}`, async () => {
      const model = fixture(`eval/models/${name}.pt`);
      const [pca, out] = [join(root.path, name), join(root.path, `${name}-evidence`)];
      const run = async (...args: string[]): Promise<string> => {
        const { status, stdout, stderr } = await answerOf([...args, "--json"]);
        assert.equal(status, 0, stderr);
        return stdout;
      };
      const fit = ["--train", train, "--classes", "94,207", "--size", String(size)];
      await run("pca", "fit", model, ...fit, "--out", pca);

      const picture = fixture("pca/new_images/new_0.jpg");
      const alphas = await run("pca", "alpha", pca, picture, "--class", "hummingbird");
      const [image] = (JSON.parse(alphas) as AlphaResult).images;
      assert.equal(image?.components.length, IMAGES - 1);
      assert.ok(image?.components.every(({ alpha }) => Number.isFinite(alpha)));

      const attack = ["--components", "2", "--pool-size", "3", "--steps", "3", "--out", out];
      await run("evidence", pca, "--class", "94", "--class", "207", ...attack);
      for (const folder of ["094", "207"]) {
        const text = readFileSync(join(out, folder, "evidence.json"), "utf8");
        const { cam, components, pool, ...document } = JSON.parse(text) as EvidenceDocument;
        assert.equal(document.schema, "spurious-native/evidence/1");
        assert.equal(cam.method, method);
        assert.notEqual(cam.layer, "");
        assert.deepEqual(pool.map(({ eigenIndex }) => eigenIndex).toSorted(), [0, 1, 2]);
        assert.deepEqual(
          components.map(({ rank }) => rank),
          [0, 1],
        );
        for (const one of components) {
          assert.ok(one.confidence >= 0 && one.confidence <= 1);
          assert.ok(one.perturbation > 0 && one.perturbation < 30.01);
          assert.equal(one.top.length + one.least.length, IMAGES);
          const files = [one.attackImage, one.attackCam, one.attackHeatMap, one.sheet];
          for (const image of [...one.top, ...one.least]) {
            files.push(image.image, image.cam, image.heatMap);
          }
          for (const file of files) assert.ok(existsSync(join(out, folder, file)), file);
          const { width, height } = await sharp(join(out, folder, one.attackCam)).metadata();
          assert.deepEqual([width, height], [size, size]);
        }
        // A map that is negative everywhere is empty; one of many pictures is not.
        const heatMaps = components.flatMap(({ attackHeatMap, top }) => [
          attackHeatMap,
          ...top.map(({ heatMap }) => heatMap),
        ]);
        const maps = await Promise.all(
          heatMaps.map((file) => sharp(join(out, folder, file)).stats()),
        );
        assert.ok(maps.some(({ channels: [red] }) => (red?.stdev ?? 0) > 5));
      }
    });
  }

  test("the layer of the Grad-CAM can be named, and is recorded", async () => {
    const out = join(root.path, "named-layer");
    const args = ["evidence", join(root.path, "tiny-resnet"), "--class", "94", "--steps", "2"];
    const flags = ["--pool-size", "1", "--layer", "last-conv", "--out", out];
    assert.equal((await answerOf([...args, ...flags])).status, 0);
    const text = readFileSync(join(out, "094", "evidence.json"), "utf8");
    const { cam, settings } = JSON.parse(text) as EvidenceDocument;
    assert.equal(settings["layer"], "last-conv");
    assert.match(cam.layer, /conv/);
  });
});
