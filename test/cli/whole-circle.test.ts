import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { demoModel, demoSpurious, demoTrain, demoVal } from "../../src/demo/demo.js";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { makeEvidence } from "../../src/evidence/make-evidence.js";
import { exportLabels } from "../../src/labelling/export-labels.js";
import { serveLabels } from "../../src/labelling/serve.js";
import { exportBenchmark } from "../../src/mining/export-benchmark.js";
import { minePool } from "../../src/mining/mine.js";
import { serveReview } from "../../src/mining/review/serve-review.js";
import { fitPca } from "../../src/pca/fit.js";
import { answerInPage } from "../helpers/answer-in-page.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const skip = !existsSync(demoModel()) && "the demo has not been built";
/** Its planted feature is a red tag, which component 0 follows. */
const TEAPOT = 8;
const COMMON = { device: "cpu", bootstrap: 0 };

/** Feature found, labelled, mined, looked through, and a model scored on what was found. */
describe("from a model to a new benchmark and its score, on the demo", { skip }, () => {
  const root = temporaryFolder();
  const at = (name: string): string => join(root.path, name);
  let components: Readonly<Record<string, readonly number[]>>;

  before(async () => {
    const classes = String(TEAPOT);
    await fitPca({
      ...{ ...COMMON, model: demoModel(), train: demoTrain() },
      ...{ classes, components: 4, out: at("pca") },
    });
    await makeEvidence({
      ...{ ...COMMON, pca: at("pca"), classes: [TEAPOT], out: at("evidence") },
      ...{ components: 2, poolSize: 2, eps: 8, steps: 4 },
    });
  });
  after(() => root.remove());

  test("components are labelled in the page, and exported", async () => {
    {
      await using page = await serveLabels({ evidence: at("evidence"), annotator: "anna" });
      await answerInPage(page.url, ({ component }) => ({
        answer: component === 0 ? "spurious" : "not spurious",
      }));
      assert.equal(page.session.answered, 2);
    }
    const files = [join(at("evidence"), "labels/anna.labels.json")];
    ({ components } = await exportLabels({ files, to: at("components.json") }));
    assert.deepEqual(components, { [TEAPOT]: [0] });
  });

  test("images are mined for them, looked through in the page, and exported", async () => {
    await minePool({
      ...{ ...COMMON, pca: at("pca"), class: TEAPOT, components: components[TEAPOT] ?? [] },
      ...{ pools: [join(demoSpurious(), "images"), demoVal()], top: 40, out: at("mined") },
    });
    {
      await using page = await serveReview({ mine: at("mined") });
      await answerInPage(page.url, ({ id, examples }) => {
        assert.equal((examples as unknown[]).length, 5);
        const tagged = String(id).includes("/red_tag");
        const teapot = String(id).startsWith("teapot/");
        return { answer: tagged ? "keep" : teapot ? "contains class" : "not feature" };
      });
      assert.equal(page.session.answered, 40);
    }
    const { folders, review } = await exportBenchmark({ mine: at("mined"), to: at("benchmark") });
    assert.equal(review?.open, 0);
    assert.ok((review?.keep ?? 0) >= 20, JSON.stringify(review));
    const folder = "images/class_spurious_008_teapot_comp_0";
    assert.deepEqual(
      folders.map(({ path, images }) => [path, images.length]),
      [[folder, review?.keep]],
    );
    const files = readdirSync(join(at("benchmark"), folder));
    assert.ok(files.length === review?.keep && files.every((name) => name.startsWith("red_tag")));
  });

  test("the model's score on the new benchmark is that of a class it is fooled in", async () => {
    const { classes, counts } = await evaluate({
      ...{ ...COMMON, model: demoModel(), data: at("benchmark"), val: demoVal() },
    });
    assert.equal(counts.val, 24);
    const [row] = classes;
    assert.deepEqual([classes.length, row?.index, row?.components], [1, TEAPOT, [0]]);
    assert.equal(row?.fractionSpurious, 1);
    assert.ok(row.ap < 0.6, String(row.ap));
  });
});
