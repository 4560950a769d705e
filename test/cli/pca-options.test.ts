import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import type { EvidenceDocument } from "../../src/evidence/evidence-file.js";
import { answerOf, type CliResult } from "../helpers/cli.js";
import { modelFile, testClasses } from "../helpers/model-fixtures.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { paintTrainFolder } from "../helpers/train-folder.js";

const MODEL = modelFile("traced-conv.pt");
const IMAGES = 6;
/** Pixels of a training picture. */
const PIXELS = 40 * 40;

describe("commands that go on from a PCA", () => {
  const root = temporaryFolder();
  const file = (name: string): string => join(root.path, name);
  const picture = file("train/3/003_000.png");
  const evidence = (pca: string, out: string): string[] => [
    ...["evidence", file(pca), "--class", "3", "--pool-size", "5", "--components", "2"],
    ...["--steps", "2", "--out", file(out)],
  ];

  async function fit(model: string, out: string): Promise<CliResult> {
    const where = ["--train", file("train"), "--classes", "3", "--out", file(out)];
    const how = ["--size", "32", "--normalize", "none", "--class-map", file("classes.json")];
    return answerOf(["pca", "fit", model, ...where, ...how]);
  }

  before(async () => {
    await paintTrainFolder(file("train"), [3], { images: IMAGES, size: 40 });
    writeFileSync(file("classes.json"), JSON.stringify(testClasses(10)));
    assert.equal((await fit(MODEL, "pca")).status, 0);
  });
  after(() => root.remove());

  test("take --max-pixels, as the hint of a picture that is too large says", async () => {
    const commands = [
      ["pca", "alpha", file("pca"), picture, "--class", "3"],
      evidence("pca", "limited"),
    ];
    for (const args of commands) {
      const { status, stderr } = await answerOf([...args, "--max-pixels", String(PIXELS - 1)]);
      assert.equal(status, 4, args[0]);
      assert.match(stderr, /error\[IMAGE_TOO_LARGE\]/);
      assert.match(stderr, /hint: pass --max-pixels N/);
    }
    const pool = ["pca", "rank", file("pca"), "--class", "3", "--component", "0"];
    const ranked = [...pool, "--pool", file("train/3"), "--json", "--max-pixels"];
    const count = async (limit: number): Promise<number> =>
      (JSON.parse((await answerOf([...ranked, String(limit)])).stdout) as { images: number })
        .images;
    assert.deepEqual([await count(PIXELS - 1), await count(PIXELS)], [0, IMAGES]);
  });

  test("evidence that met such a picture goes on behind its attacks with a higher limit", async () => {
    const args = evidence("pca", "resumed");
    assert.equal((await answerOf([...args, "--max-pixels", "9"])).status, 4);
    const resumed = await answerOf([...args, "--max-pixels", String(PIXELS), "--resume"]);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.ok(existsSync(file("resumed/index.html")));
  });

  test("refuse another model than the one that --sha256 pins", async () => {
    const sha256 = createHash("sha256").update(readFileSync(MODEL)).digest("hex");
    const commands = [
      ["pca", "alpha", file("pca"), picture, "--class", "3"],
      ["pca", "rank", file("pca"), "--class", "3", "--component", "0", "--pool", file("train/3")],
      evidence("pca", "pinned"),
    ];
    for (const args of commands) {
      const { status, stderr } = await answerOf([...args, "--sha256", "0".repeat(64)]);
      assert.equal(status, 5, args.join(" "));
      assert.match(stderr, new RegExp(`MODEL_HASH_MISMATCH.*expected .*0{64}, got .*${sha256}`));
      const pinned = await answerOf([...args, "--sha256", sha256.toUpperCase()]);
      assert.equal(pinned.status, 0, pinned.stderr);
    }
  });

  test("a recorded class map that is damaged, and a component that is not stored, are told with the folder", async () => {
    cpSync(file("pca"), file("damaged"), { recursive: true });
    const index = readFileSync(file("pca/index.json"), "utf8");
    const document = JSON.parse(index) as { model: { classMap: { classes: object[] } } };
    document.model.classMap.classes[8] = { index: {}, label: "x" };
    writeFileSync(file("damaged/index.json"), JSON.stringify(document));
    const damaged = await answerOf(["pca", "alpha", file("damaged"), picture, "--class", "3"]);
    assert.equal(damaged.status, 2, damaged.stderr);
    assert.match(
      damaged.stderr,
      /error\[CLASS_MAP_INVALID\]: .*\/damaged: its index\.json: .*classes\[8\]/,
    );
    const rank = ["pca", "rank", file("pca"), "--class", "3", "--component", "99"];
    const unstored = await answerOf(rank);
    assert.equal(unstored.status, 2);
    assert.match(
      unstored.stderr,
      /error\[USAGE_INVALID\]: choosing a component: .*\/pca: class 3: /,
    );
  });

  for (const rows of [1, 4]) {
    test(`evidence of a model traced with a batch of ${String(rows)} attacks every component`, async () => {
      const name = `fixed-batch-${String(rows)}`;
      const fitted = await fit(modelFile(`${name}.pt`), name);
      assert.equal(fitted.status, 0, fitted.stderr);
      const { status, stderr } = await answerOf(evidence(name, `${name}-evidence`));
      assert.equal(status, 0, stderr);
      const text = readFileSync(file(`${name}-evidence/003/evidence.json`), "utf8");
      const { pool } = JSON.parse(text) as EvidenceDocument;
      assert.deepEqual(pool.map(({ eigenIndex }) => eigenIndex).toSorted(), [0, 1, 2, 3, 4]);
    });
  }
});
