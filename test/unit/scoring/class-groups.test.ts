import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";

import { groupByClass, rowProblem } from "../../../src/scoring/class-groups.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { row } from "../../helpers/rows.js";

const spurious = row({ path: "s/a.jpg", split: "spurious" });

describe("groupByClass", () => {
  test("classes ascend by index, images by code point, whatever the order of the rows", () => {
    const rows = [
      row({ path: "é", class: 10 }),
      row({ path: "b", class: 10, split: "spurious" }),
      row({ path: "B", class: 10 }),
      row({ path: "a", class: 2 }),
      row({ path: "c", class: 2, split: "spurious" }),
    ];
    for (const order of [rows, rows.toReversed()]) {
      const { classes, leftOut } = groupByClass(order);
      assert.deepEqual(
        classes.map(({ index, val }) => [index, val.map(({ path }) => path)]),
        [
          [2, ["a"]],
          [10, ["B", "é"]],
        ],
      );
      assert.deepEqual(leftOut, []);
    }
  });

  test("val images of classes without spurious ones are left out and told", () => {
    const lonely = row({ path: "x", class: 7 });
    const { classes, leftOut } = groupByClass([row({}), spurious, lonely]);
    assert.deepEqual(
      classes.map(({ index }) => index),
      [0],
    );
    assert.deepEqual(leftOut, [lonely]);
  });

  test("classes without val images are refused, all of them by name", () => {
    const rows = [
      row({}),
      ...[0, 5, 3].map((index) => row({ path: `s${index}`, split: "spurious", class: index })),
    ];
    assert.throws(() => groupByClass(rows, { class: (index) => `number ${index}` }), {
      code: "DATA_CLASS_WITHOUT_VAL",
      message: /class number 3, number 5: expected validation images/,
    });
  });

  test("no spurious images at all are refused", () => {
    assert.throws(() => groupByClass([row({})]), {
      code: "SCORE_INPUT_INVALID",
      message: /got none among 1 images/,
    });
    assert.throws(() => groupByClass([]), { code: "SCORE_INPUT_INVALID" });
  });

  test("an image twice is refused with both places; the same path in the other split is not", () => {
    const rows = [row({}), spurious, row({})];
    assert.throws(() => groupByClass(rows, { row: (i) => `line ${i + 2}` }), {
      code: "SCORE_INPUT_INVALID",
      message: /line 4: expected every image once.* that line 2 holds already/,
      input: "n01440764/a.JPEG",
    });
    assert.equal(
      groupByClass([row({ path: "a" }), row({ ...spurious, path: "a" })]).classes.length,
      1,
    );
  });

  test("a row that cannot be used is refused with its place and path", () => {
    assert.throws(() => groupByClass([spurious, row({ p: NaN })]), {
      code: "SCORE_INPUT_INVALID",
      message: /row 2 \(n01440764\/a\.JPEG\): p: expected a probability from 0 to 1, got NaN/,
    });
  });
});

describe("rowProblem", () => {
  for (const [fields, problem] of [
    [{}, null],
    [{ logit: null, predicted: null, predictedProb: null }, null],
    [{ predicted: -1, p: 0, predictedProb: 1, logit: -Infinity }, null],
    [{ path: "" }, /path/],
    [{ split: "train" as "val" }, /split: expected val or spurious, got "train"/],
    [{ class: -1 }, /class: expected a class index, got -1/],
    [{ class: 1.5 }, /class/],
    [{ p: 1.0000001 }, /p: expected/],
    [{ p: -0.1 }, /p: expected/],
    [{ logit: NaN }, /logit/],
    [{ predicted: -2 }, /predicted: /],
    [{ predicted: 0.5 }, /predicted: /],
    [{ predictedProb: 2 }, /predictedProb/],
  ] satisfies [Partial<ImageRow>, RegExp | null][]) {
    test(`${inspect(fields)} ${problem ? "is refused" : "is fine"}`, () => {
      const found = rowProblem(row(fields));
      if (problem === null) assert.equal(found, null);
      else assert.match(found ?? "", problem);
    });
  }
});
