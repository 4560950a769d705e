import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { imagesCsv } from "../../../src/results/images-table.js";
import { scoreImages, type ScoreRequest } from "../../../src/scoring/score-images.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";
import { row } from "../../helpers/rows.js";

function request(images: string, more: Partial<ScoreRequest> = {}): ScoreRequest {
  return { images, classMap: imagenet1k(), bootstrap: 10, seed: 1, ...more };
}

const spurious = (path: string, index: number) => row({ path, split: "spurious", class: index });
const rows = [
  row({ path: "n01440764/a.JPEG" }),
  row({ path: "n01833805/a.JPEG", class: 94 }),
  spurious("images/class_spurious_094_hummingbird_comp_7/a.jpg", 94),
  spurious("images/class_spurious_094_hummingbird_comp_1/b.jpg", 94),
  spurious("my own folder/c.jpg", 0),
];

describe("scoreImages", () => {
  test("records the table, its hash, seed and resamples; there is no model", async (t) => {
    const path = join(fileTree(t, { "images.csv": imagesCsv(rows) }), "images.csv");
    const { provenance } = await scoreImages(request(path));
    assert.equal(provenance.model, null);
    assert.deepEqual([provenance.seed, provenance.bootstrap], [1, 10]);
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    assert.deepEqual(provenance.data, { images: path, sha256 });
    assert.ok(Math.abs(Date.parse(provenance.started) - Date.now()) < 60_000);
  });

  test("takes the components from the names of published feature folders", async (t) => {
    const path = join(fileTree(t, { "images.csv": imagesCsv(rows) }), "images.csv");
    const { classes } = await scoreImages(request(path));
    assert.deepEqual(
      classes.map(({ index, components }) => [index, components]),
      [
        [0, []],
        [94, [1, 7]],
      ],
    );
  });

  test("a table that is missing or a folder is an error", async (t) => {
    const root = fileTree(t, []);
    await assert.rejects(scoreImages(request(join(root, "gone.csv"))), {
      code: "DATA_NOT_FOUND",
      message: /got no such file/,
    });
    await assert.rejects(scoreImages(request(root)), {
      code: "DATA_NOT_FOUND",
      message: /got a folder/,
    });
  });

  test("a row that cannot be used is named by its line; no folder is left behind", async (t) => {
    const text = `${imagesCsv(rows)}n01440764/z.JPEG,val,0,1.5,,,\n`;
    const root = fileTree(t, { "images.csv": text });
    const path = join(root, "images.csv");
    await assert.rejects(scoreImages(request(path, { out: join(root, "out") })), {
      code: "SCORE_INPUT_INVALID",
      message: /images\.csv:7 .*p: expected a probability/,
    });
    assert.deepEqual(namesIn(root), ["images.csv"]);
  });

  test("a folder that holds something is refused", async (t) => {
    const root = fileTree(t, { "images.csv": imagesCsv(rows) });
    const path = join(root, "images.csv");
    await assert.rejects(scoreImages(request(path, { out: root })), { code: "OUTPUT_EXISTS" });
    assert.deepEqual(namesIn(root), ["images.csv"]);
  });
});
