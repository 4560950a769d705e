import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { classInfos } from "../../../src/imagenet/class-info.js";
import { scoreText } from "../../../src/results/score-text.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { resultOf, row } from "../../helpers/rows.js";

function textOf(rows: readonly ImageRow[]): string {
  return scoreText(resultOf(rows), classInfos(imagenet1k()));
}

/** One val and one spurious image of a class, both with the probability given. */
function tied(index: number, p: number, predicted: number | null): ImageRow[] {
  return (["val", "spurious"] as const).map((split) =>
    row({ path: `${split}-${index}`, split, class: index, p, predicted }),
  );
}

/** Made by prettytable of the same cells. */
const EXPECTED = [
  "Mean SpuriousScore: 0.500 - Joint SpuriousScore: 0.500",
  "+-----+-------------------+--------------+----------------------+--------------------+----------------------------+--------------------------+",
  "| Idx |       Class       | Spurious AUC | Validation Mean Prob | Spurious Mean Prob | Frac Validation labeled as | Frac Spurious labeled as |",
  "+-----+-------------------+--------------+----------------------+--------------------+----------------------------+--------------------------+",
  "|  0  |       tench       |    0.5000    |        0.0312        |       0.0312       |           0.0000           |          0.0000          |",
  "|  2  | great white shark |    0.5000    |        0.0312        |       0.0312       |           1.0000           |          1.0000          |",
  "|  14 |   indigo bunting  |    0.5000    |        0.0312        |       0.0312       |            nan             |           nan            |",
  "| 134 |       crane       |    0.5000    |        0.0312        |       0.0312       |           0.0000           |          0.0000          |",
  "| 948 |    Granny Smith   |    0.5000    |        0.0312        |       0.0312       |           0.0000           |          0.0000          |",
  "+-----+-------------------+--------------+----------------------+--------------------+----------------------------+--------------------------+",
];

describe("scoreText", () => {
  test("has prettytable's layout, C's rounding and no newline at the end", () => {
    const rows = [
      ...tied(948, 1 / 32, 1),
      ...tied(0, 1 / 32, 1),
      ...tied(134, 1 / 32, -1),
      ...tied(14, 1 / 32, null),
      ...tied(2, 1 / 32, 2),
    ];
    assert.deepEqual(textOf(rows).split("\n"), EXPECTED);
  });

  test("columns are as wide as their title when every cell is narrower", () => {
    const [, rule, , , line] = textOf(tied(0, 0.5, 0)).split("\n");
    assert.equal(rule?.split("+")[2], "-".repeat("Class".length + 2));
    assert.match(line ?? "", /^\|  0  \| tench \|    0\.5000    \|/);
  });

  test("a class that the map does not know stands under its index", () => {
    assert.match(textOf(tied(1234, 0.5, 0)), /^\| 1234 \|  1234 \|/m);
  });
});
