import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { directionOf, type PairedClass } from "../../../src/report/paired-scores.js";
import { pairedSummary } from "../../../src/report/paired-summary.js";
import { pairedTable } from "../../../src/report/paired-table.js";
import { DifferenceScale } from "../../../src/report/plots/difference-dot.js";
import { scorePairs } from "../../../src/report/plots/score-pairs.js";
import type { Interval } from "../../../src/scoring/bootstrap.js";
import { textOf } from "../../helpers/markup.js";

const NAMES = { first: "A", second: "B", ofFirst: "for A", ofSecond: "for B" };

function paired(first: number, second: number, ci95: Interval | null, index = 94): PairedClass {
  return { index, label: `class_${index}`, first, second, difference: second - first, ci95 };
}

const RISE = paired(0.5, 0.75, [0.1, 0.4], 1);
const FALL = paired(0.75, 0.5, [-0.4, -0.1], 2);
const UNSURE = paired(0.5, 0.5, [-0.1, 0.1], 3);
const UNKNOWN = paired(0.5, 0.75, null, 4);

/** Numbers of an attribute, in their order. */
function numbers(markup: string, pattern: RegExp): number[][] {
  return [...markup.matchAll(pattern)].map((match) => match.slice(1).map(Number));
}

describe("directionOf", () => {
  test("is known where the interval leaves out 0", () => {
    assert.deepEqual([RISE, FALL, UNSURE, UNKNOWN].map(directionOf), [
      "rise",
      "fall",
      "unsure",
      "unsure",
    ]);
    assert.equal(directionOf(paired(0.5, 0.6, [0, 0.2])), "unsure");
  });
});

describe("pairedSummary", () => {
  const words = (mean: PairedClass): string =>
    textOf(pairedSummary(NAMES, mean, UNSURE, [RISE, FALL, UNSURE]).text);

  test("says what the interval of the mean says, and counts classes", () => {
    assert.match(words(RISE), /\+0\.250 95 % interval \+0\.100 – \+0\.400 A 0\.500 B 0\.750/);
    assert.match(words(RISE), /higher for B than for A: .* leaves out 0/);
    assert.match(words(FALL), /lower for B than for A/);
    assert.match(words(UNSURE), /holds 0: on these images the two are not told apart/);
    assert.match(words(RISE), /Of 3 classes, 1 rises and 1 falls by more/);
  });

  test("claims nothing without a bootstrap", () => {
    const text = textOf(pairedSummary(NAMES, UNKNOWN, UNKNOWN, [UNKNOWN]).text);
    assert.match(text, /Without a bootstrap nothing is known/);
    assert.doesNotMatch(text, /interval|higher|rise/);
  });
});

describe("pairedTable", () => {
  test("has a line for each class, the largest fall first, with the numbers that it sorts by", () => {
    const more = [
      { title: "p", of: (row: PairedClass) => [row.index / 10, null] as const, format: String },
    ];
    const table = pairedTable([RISE, UNSURE, FALL], NAMES, "title", more).text;
    const lines = table.match(/<tr id="row-.*/g) ?? [];
    assert.deepEqual(
      lines.map((line) => [...line.matchAll(/data-v="([^"]*)"/g)].map(([, value]) => value)),
      [
        ["0.75", "0.5", "-0.25", "0.2", "-1"],
        ["0.5", "0.5", "0", "0.3", "-1"],
        ["0.5", "0.75", "0.25", "0.1", "-1"],
      ],
    );
    const columns = numbers(table, /data-column="(\d+)"/g).flat();
    assert.deepEqual(
      columns.sort((a, b) => a - b),
      [0, 1, 2, 3, 5, 6],
    );
  });
});

describe("DifferenceScale", () => {
  test("has 0 in its middle and holds every interval", () => {
    const scale = new DifferenceScale([RISE, FALL, UNSURE]);
    const [width = 0] = numbers(scale.dot(RISE).text, /width="([\d.]+)"/g)[0] ?? [];
    const dots = [RISE, FALL, UNSURE].map(
      (row) => numbers(scale.dot(row).text, /cx="([\d.]+)"/g)[0]?.[0] ?? 0,
    );
    assert.equal(dots[2], width / 2);
    assert.ok(Math.abs((dots[0] ?? 0) + (dots[1] ?? 0) - width) < 0.2);
    const [low = 0, high = 0] =
      numbers(scale.dot(RISE).text, /class="ci" d="M([\d.]+) [\d.]+H([\d.]+)"/g)[0] ?? [];
    assert.ok(low > width / 2 && low < (dots[0] ?? 0) && high <= width);
    assert.match(textOf(scale.header().text), /^−0\.4 0 \+0\.4$/);
  });
});

describe("scorePairs", () => {
  test("puts the first score across and the second upwards", () => {
    const markup = scorePairs([RISE, FALL, UNSURE], NAMES).text;
    const at = (index: number): number[] =>
      numbers(
        markup,
        new RegExp(`translate\\(([\\d.]+) ([\\d.]+)\\)"><title>class ${index} `, "g"),
      )[0] ?? [];
    const [[riseX = 0, riseY = 0], [fallX = 0, fallY = 0], [sameX = 0, sameY = 0]] = [1, 2, 3].map(
      at,
    ) as [number[], number[], number[]];
    assert.deepEqual([riseX, fallY], [sameX, sameY]);
    assert.ok(fallX > riseX && fallY > riseY);
    for (const kind of ["rise", "fall", "unsure"]) {
      assert.equal(markup.match(new RegExp(`class="pair-mark ${kind}"`, "g"))?.length, 1);
    }
  });
});
