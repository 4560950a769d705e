import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { imagenet1k } from "../../src/imagenet/class-map.js";
import { evaluate, type EvaluateRequest, type EvalResult } from "../../src/index.js";
import { classesByName, readImageTable } from "../../src/results/images-table.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import {
  assertRows,
  assertScores,
  evalData,
  evalModel,
  evalReference,
} from "../helpers/eval-reference.js";
import { fileTree } from "../helpers/file-tree.js";

const SET = "data-mixed";
const MODEL = "tiny-resnet";

async function evaluated(
  t: TestContext,
  settings: Partial<EvaluateRequest>,
): Promise<{ result: EvalResult; rows: ImageRow[] }> {
  const out = join(fileTree(t, []), "out");
  const result = await evaluate({
    model: evalModel(MODEL),
    data: evalData(SET),
    device: "cpu",
    size: 160,
    bootstrap: 500,
    seed: 3,
    out,
    ...settings,
  });
  const { rows } = readImageTable(
    readFileSync(join(out, "images.csv")),
    out,
    classesByName(imagenet1k()),
  );
  return { result, rows };
}

describe("batch and threads decide nothing but the speed", () => {
  const expected = evalReference(SET, MODEL);
  let cached: ReturnType<typeof evaluated> | undefined;
  const standardOf = (t: TestContext): ReturnType<typeof evaluated> =>
    (cached ??= evaluated(t, { batch: 8 }));

  for (const [batch, threads] of [
    [1, 1],
    [1, 2],
    [7, 1],
    [7, 2],
    [64, 2],
  ] as const) {
    test(`batch ${batch}, threads ${threads}: same rows, scores and intervals`, async (t) => {
      const { result, rows } = await evaluated(t, { batch, threads });
      assertRows(rows, expected);
      assertScores(result, expected);
      const standard = await standardOf(t);
      const { provenance } = result;
      assert.deepEqual([provenance.batch, provenance["threads"]], [batch, threads]);
      assert.deepEqual(
        rows.map(({ path }) => path),
        standard.rows.map(({ path }) => path),
      );
      const intervals = ({ score, auroc, classes }: EvalResult): unknown => [
        [score.meanCi95, score.jointCi95, auroc.meanCi95, auroc.jointCi95],
        classes.map(({ apCi95, aurocCi95 }) => [apCi95, aurocCi95]),
      ];
      assert.deepEqual(intervals(result), intervals(standard.result));
    });
  }

  test("the same run twice gives the same files, and another seed other intervals", async (t) => {
    const standard = await standardOf(t);
    const second = await evaluated(t, { batch: 8 });
    assert.deepEqual(second.rows, standard.rows);
    assert.deepEqual(second.result.score, standard.result.score);
    const other = await evaluated(t, { batch: 8, seed: 4 });
    assert.deepEqual(other.rows, standard.rows);
    assert.equal(other.result.score.mean, standard.result.score.mean);
    assert.notDeepEqual(other.result.score.meanCi95, standard.result.score.meanCi95);
  });
});
