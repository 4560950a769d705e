import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imageRow, softmaxColumns } from "../../src/evaluation/image-row.js";
import { classInfos, type ClassMap } from "../../src/imagenet/class-info.js";
import { imagenet1k, resolveClassMap } from "../../src/imagenet/class-map.js";
import { scoreText } from "../../src/results/score-text.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import { imageProbabilities } from "../../src/scoring/softmax.js";
import { jsonFixture, readFixture } from "../helpers/fixtures.js";
import { assertClose } from "../helpers/numbers.js";
import { parseNpy } from "../helpers/npy.js";
import { resultOf } from "../helpers/rows.js";
import { sortedText } from "../helpers/score-tables.js";

const SCORE = 1e-12;
/** A float32 softmax against ours in float64: over 1000 outputs, and over 21 thousand (1.15e-6). */
const RELATIVE_P = 1e-6;
const RELATIVE_P_WIDE = 2e-6;

type Split = "val" | "spurious";

interface Case {
  readonly name: string;
  readonly width?: number;
  readonly val_targets: readonly number[];
  readonly spurious_targets: readonly number[];
  readonly p_val: readonly number[];
  readonly p_spurious: readonly number[];
  readonly top1_val: readonly number[];
  readonly top1_spurious: readonly number[];
  readonly mean: number;
  readonly joint: number;
  readonly classes: readonly {
    readonly class: number;
    readonly average_precision: number;
    readonly roc_auc: number;
  }[];
  readonly text: string;
  readonly dropped_spurious_class?: number;
  readonly dropped_val_class?: number;
}

const { cases, wide } = jsonFixture<{ cases: Case[]; wide: Case[] }>("score-wide/table.json");
const [plain] = cases;
assert.ok(plain);

/** The rows of a table of logits, each with its class. */
function tableRows(split: Split): { target: number; logits: Float32Array }[] {
  const { shape, data } = parseNpy(readFixture(`score-wide/table_logits_${split}.npy`));
  const [, columns = 0] = shape;
  const targets = split === "val" ? plain?.val_targets : plain?.spurious_targets;
  return (targets ?? []).map((target, i) => ({
    target,
    logits: data.slice(i * columns, (i + 1) * columns) as Float32Array,
  }));
}

/** The formula of the reference for heads too wide to be stored. */
function wideLogits(width: number, i: number, split: Split, column: number): Float32Array {
  const kind = split === "val" ? 0 : 1;
  const logits = Float32Array.from(
    { length: width },
    (_, j) => ((i * 7919 + j * 104729 + kind * 31) % 1021) / 128,
  );
  logits[column] = (logits[column] ?? 0) + ((i * 37) % 11) / 2 + (kind === 0 ? 6 : 4);
  return logits;
}

function rowOf(
  target: number,
  logits: Float32Array,
  split: Split,
  i: number,
  classMap: ClassMap,
): ImageRow {
  const sample = { path: `${split}/${i}`, split, classIndex: target };
  return imageRow(sample, logits, { classMap, temperature: { value: 1, origin: "default" } });
}

function assertScores(rows: ImageRow[], expected: Case, joint = expected.joint): void {
  const result = resultOf(rows);
  assertClose(result.score.mean, expected.mean, SCORE, "mean");
  assertClose(result.score.joint, joint, SCORE, "joint");
  const sorted = [...expected.classes].sort((a, b) => a.class - b.class);
  for (const [i, one] of sorted.entries()) {
    assert.equal(result.classes[i]?.index, one.class);
    assertClose(result.classes[i].ap, one.average_precision, SCORE, "ap");
    assertClose(result.classes[i].auroc, one.roc_auc, SCORE, "auroc");
  }
}

function assertProbabilities(
  rows: readonly ImageRow[],
  p: readonly number[],
  relative = RELATIVE_P,
): void {
  assert.equal(rows.length, p.length);
  for (const [i, one] of rows.entries()) {
    const expected = p[i] ?? NaN;
    assertClose(one.p, expected, expected * relative, `p of row ${i}`);
  }
}

describe("from logits to scores, as the original", () => {
  const rows = (["val", "spurious"] as const).flatMap((split) =>
    tableRows(split).map(({ target, logits }, i) => rowOf(target, logits, split, i, imagenet1k())),
  );
  const of = (split: Split): ImageRow[] => rows.filter((one) => one.split === split);

  test("plain: probabilities and top-1 of every row", () => {
    assertProbabilities(of("val"), plain.p_val);
    assertProbabilities(of("spurious"), plain.p_spurious);
    assert.deepEqual(
      rows.map(({ predicted }) => predicted),
      [...plain.top1_val, ...plain.top1_spurious],
    );
  });

  test("plain: scores, and the text to the byte", () => {
    assertScores(rows, plain);
    const text = scoreText(resultOf(rows), classInfos(imagenet1k()));
    assert.equal(text, sortedText(plain.text));
    const written = readFixture("score-wide/spurious_score.txt").toString("utf8");
    assert.equal(text, sortedText(written));
  });

  test("plain: saturated probabilities tie, which unrounded ones would not", () => {
    const { tiedPairs } = resultOf(rows).score;
    assert.ok(tiedPairs.joint > tiedPairs.withinClasses);
    const saturated = rows.filter(({ p }) => p === 1);
    assert.deepEqual(
      saturated.map(({ split }) => split),
      ["val", "val", "spurious"],
    );
  });

  test("a val class without spurious images is left out of mean and joint", () => {
    const expected = cases.find(({ name }) => name === "val_class_without_spurious");
    assert.ok(expected);
    const dropped = expected.dropped_spurious_class;
    const left = rows.filter((one) => one.split === "val" || one.class !== dropped);
    const sound = left.filter((one) => one.class !== dropped);
    assertScores(left, expected, resultOf(sound).score.joint);
    assert.notEqual(resultOf(left).score.joint, expected.joint);
  });

  test("a spurious class without val images is refused by name", () => {
    const dropped = cases.find(({ name }) => name === "spurious_class_without_val");
    const left = rows.filter(
      (one) => one.split === "spurious" || one.class !== dropped?.dropped_val_class,
    );
    assert.throws(() => resultOf(left), {
      code: "DATA_CLASS_WITHOUT_VAL",
      message: /class 933 \(cheeseburger\)/,
    });
  });
});

describe("heads wider than 1000", () => {
  for (const [name, expected] of [
    ["imagenet21k-fall11", wide.find(({ width }) => width === 21841)],
    ["imagenet21k-google", wide.find(({ width }) => width === 21843)],
  ] as const) {
    assert.ok(expected);
    const { width = 0 } = expected;
    const targets = { val: expected.val_targets, spurious: expected.spurious_targets };
    const map = resolveClassMap(name, width);
    const logitsOf = (split: Split, target: number, i: number): Float32Array =>
      wideLogits(width, i, split, map.columnOf(target));
    const rowsOf = (split: Split): ImageRow[] =>
      targets[split].map((target, i) => rowOf(target, logitsOf(split, target, i), split, i, map));

    test(`${name}: probabilities, scores and the text are the original's`, () => {
      const [val, spurious] = [rowsOf("val"), rowsOf("spurious")];
      assertProbabilities(val, expected.p_val, RELATIVE_P_WIDE);
      assertProbabilities(spurious, expected.p_spurious, RELATIVE_P_WIDE);
      assertScores([...val, ...spurious], expected);
      const text = scoreText(resultOf([...val, ...spurious], {}, map), classInfos(map));
      assert.equal(text, sortedText(expected.text));
    });

    test(`${name}: top-1 is among all outputs`, () => {
      for (const split of ["val", "spurious"] as const) {
        const top = targets[split].map((target, i) => {
          const logits = logitsOf(split, target, i);
          return imageProbabilities(logits, map.columnOf(target), 1).predictedColumn;
        });
        assert.deepEqual(top, split === "val" ? expected.top1_val : expected.top1_spurious);
      }
    });

    test(`${name}: the softmax may run over the mapped outputs alone`, () => {
      const columns = softmaxColumns("mapped", map);
      assert.ok(columns && columns.length < 1000);
      const logits = logitsOf("val", 94, 0);
      const column = map.columnOf(94);
      const all = imageProbabilities(logits, column, 1).p;
      const mapped = imageProbabilities(logits, column, 1, columns).p;
      const sum = columns.reduce((total, at) => total + Math.exp(logits[at] ?? NaN), 0);
      assertClose(mapped, Math.exp(logits[column] ?? NaN) / sum, 1e-7);
      assert.ok(mapped > all);
    });
  }
});
