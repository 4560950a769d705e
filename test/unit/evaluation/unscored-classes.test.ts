import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { withoutUnscoredClasses } from "../../../src/evaluation/unscored-classes.js";
import { imagenet1k } from "../../../src/imagenet/class-map.js";
import type { SkippedImage } from "../../../src/results/eval-result.js";
import { row } from "../../helpers/rows.js";

function skipped(split: "val" | "spurious", index: number): SkippedImage {
  return { path: "x", split, class: index, code: "IMAGE_UNREADABLE", message: "" };
}

const rows = [0, 94].flatMap((index) => [
  row({ path: `v${index}`, class: index }),
  row({ path: `s${index}`, class: index, split: "spurious" }),
]);

describe("withoutUnscoredClasses", () => {
  test("leaves all alone where each class has images of both kinds", () => {
    const { rows: left, unscored } = withoutUnscoredClasses(rows, [], [], imagenet1k());
    assert.deepEqual(left, rows);
    assert.deepEqual(unscored, []);
    // One picture lost is not all of them.
    const lost = withoutUnscoredClasses(rows, [skipped("val", 0)], [], imagenet1k());
    assert.deepEqual(lost.unscored, []);
  });

  test("takes classes out that lost all images of a kind, and says which", () => {
    const left = rows.filter(({ path }) => path !== "s94");
    const lost = [skipped("spurious", 94), skipped("val", 2)];
    const result = withoutUnscoredClasses(left, lost, [], imagenet1k());
    assert.deepEqual(
      result.rows.map(({ path }) => path),
      ["v0", "s0"],
    );
    assert.deepEqual(
      result.unscored.map(({ index, reason }) => [index, reason]),
      [
        [2, "none of its validation images could be read"],
        [94, "none of its spurious images could be read"],
      ],
    );
  });

  test("names the classes that the head has no column for", () => {
    const { unscored } = withoutUnscoredClasses(rows, [], [850], imagenet1k());
    assert.deepEqual(unscored, [
      { index: 850, label: "teddy", reason: "the model's head has no column for it" },
    ]);
  });
});
