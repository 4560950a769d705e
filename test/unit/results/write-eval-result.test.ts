import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { classesCsv } from "../../../src/results/classes-table.js";
import { classInfos } from "../../../src/imagenet/class-info.js";
import { imagesCsv, imagesParquet } from "../../../src/results/images-table.js";
import { ResultFolder } from "../../../src/results/result-folder.js";
import { scoreText } from "../../../src/results/score-text.js";
import { writeEvalResult } from "../../../src/results/write-eval-result.js";
import { fileTree } from "../../helpers/file-tree.js";
import { Random } from "../../helpers/random.js";
import { RESULT_FILES } from "../../helpers/result-files.js";
import { randomRows, resultOf } from "../../helpers/rows.js";

describe("writeEvalResult", () => {
  test("writes the six files of a result, each with its content", async (t) => {
    const rows = randomRows(new Random(96), [0, 94], 6, 8);
    const result = resultOf(rows, { bootstrap: 20 });
    const out = join(fileTree(t, []), "out");
    const folder = await ResultFolder.open(out);
    await writeEvalResult(folder, result, rows, imagenet1k());
    await folder[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(out).sort(), RESULT_FILES);
    const read = (name: string): string => readFileSync(join(out, name), "utf8");
    assert.equal(read("images.csv"), imagesCsv(rows));
    assert.equal(read("classes.csv"), classesCsv(result.classes));
    assert.equal(read("spurious_score.txt"), scoreText(result, classInfos(imagenet1k())));
    assert.deepEqual(JSON.parse(read("result.json")), result);
    assert.ok(read("result.json").endsWith("}\n"));
    const parquet = Uint8Array.from(readFileSync(join(out, "images.parquet")));
    assert.deepEqual(parquet, imagesParquet(rows));
    assert.match(read("report.html"), /^<!doctype html>/i);
  });
});
