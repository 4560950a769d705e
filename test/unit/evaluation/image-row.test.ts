import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imageRow, softmaxColumns } from "../../../src/evaluation/image-row.js";
import { resolveClassMap } from "../../../src/imagenet/class-map.js";
import { assertClose } from "../../helpers/numbers.js";

const document = {
  name: "three",
  width: 4,
  classes: [
    { index: 0, label: "a", column: 2 },
    { index: 1, label: "b", column: 0 },
    { index: 2, label: "c", column: null },
  ],
};
const classMap = resolveClassMap(document, 4);
const temperature = { value: 2, origin: "flag" } as const;
const sample = { path: "a.jpg", split: "val", classIndex: 0 } as const;

describe("imageRow", () => {
  test("reads logit and probability at the column of the class", () => {
    const logits = Float32Array.of(1, 0, 3, 2);
    const row = imageRow(sample, logits, { classMap, temperature });
    const sum = Math.exp(0.5) + 1 + Math.exp(1.5) + Math.exp(1);
    assertClose(row.p, Math.exp(1.5) / sum, 1e-7);
    assert.deepEqual(
      { ...row, p: 0, predictedProb: 0 },
      {
        path: "a.jpg",
        split: "val",
        class: 0,
        p: 0,
        logit: 3,
        predicted: 0,
        predictedProb: 0,
      },
    );
    assert.equal(row.p, row.predictedProb);
  });

  test("a largest output that has no class is predicted as -1", () => {
    const row = imageRow(sample, Float32Array.of(1, 9, 3, 2), { classMap, temperature });
    assert.equal(row.predicted, -1);
  });

  test("softmax over the mapped columns alone leaves the others out", () => {
    assert.equal(softmaxColumns("all", classMap), undefined);
    const columns = softmaxColumns("mapped", classMap);
    assert.deepEqual(columns, [0, 2]);
    const logits = Float32Array.of(1, 9, 3, 2);
    const row = imageRow(sample, logits, { classMap, temperature }, columns);
    assert.equal(row.predicted, 0);
    assertClose(row.p, 1 / (1 + Math.exp(-1)), 1e-7);
  });
});
