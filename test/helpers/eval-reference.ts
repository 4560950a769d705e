import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import type { EvalResult } from "../../src/results/eval-result.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import { fixture, jsonFixture } from "./fixtures.js";
import { assertClose } from "./numbers.js";
import { sortedText } from "./score-tables.js";

/** What the original makes of a model and a data set. */
export interface EvalReference {
  readonly inputSize: number;
  readonly mean: number;
  readonly joint: number;
  readonly aurocMean: number;
  readonly aurocJoint: number;
  readonly classes: readonly {
    readonly index: number;
    readonly wnid: string;
    readonly ap: number;
    readonly auroc: number;
    readonly meanProbVal: number;
    readonly meanProbSpurious: number;
    readonly fractionVal: number;
    readonly fractionSpurious: number;
    readonly nVal: number;
    readonly nSpurious: number;
  }[];
  readonly images: readonly ImageRow[];
}

/** Largest difference of a logit between batch sizes, threads and torch versions, times three. */
export const LOGIT_TOLERANCE = 5e-5;
const P_RELATIVE = 1e-4;
/** Order decides these, and no logit within its tolerance changes an order. */
const SCORE_TOLERANCE = 1e-12;
const MEAN_RELATIVE = 1e-4;
const FLOAT = 1e-6;

export const DATA_SETS = ["data", "data-mixed", "data-extra"] as const;
export const EVAL_MODELS = [
  "tiny-resnet",
  "tiny-convnext",
  "tiny-efficientnet",
  "tiny-vit",
] as const;

export function evalModel(name: string): string {
  return fixture(`eval/models/${name}.pt`);
}

export function evalData(set: string): string {
  return fixture(`eval/${set}`);
}

function expectedFolder(set: string, model: string): string {
  return `eval/${set.replace("data", "expected")}/${model}`;
}

export function evalReference(set: string, model: string): EvalReference {
  return jsonFixture(`${expectedFolder(set, model)}/expected.json`);
}

/** spurious_score.txt of the original, with rows ascending by class. */
export function referenceText(set: string, model: string): string {
  const path = fixture(`${expectedFolder(set, model)}/spurious_score.txt`);
  return sortedText(readFileSync(path, "utf8"));
}

/** Scores, mean probabilities, fractions and counts, class by class and overall. */
export function assertScores(result: EvalResult, expected: EvalReference): void {
  const { score, auroc, classes } = result;
  assertClose(score.mean, expected.mean, SCORE_TOLERANCE, "mean");
  assertClose(score.joint, expected.joint, SCORE_TOLERANCE, "joint");
  assertClose(auroc.mean, expected.aurocMean, SCORE_TOLERANCE, "mean AUROC");
  assertClose(auroc.joint, expected.aurocJoint, SCORE_TOLERANCE, "joint AUROC");
  const sorted = [...expected.classes].sort((a, b) => a.index - b.index);
  assert.deepEqual(
    classes.map(({ index, wnid, nVal, nSpurious }) => [index, wnid, nVal, nSpurious]),
    sorted.map(({ index, wnid, nVal, nSpurious }) => [index, wnid, nVal, nSpurious]),
  );
  for (const [i, want] of sorted.entries()) {
    const got = classes[i];
    assert.ok(got);
    assertClose(got.ap, want.ap, SCORE_TOLERANCE, `ap of ${want.index}`);
    assertClose(got.auroc, want.auroc, SCORE_TOLERANCE, `auroc of ${want.index}`);
    for (const name of ["meanProbVal", "meanProbSpurious"] as const) {
      assertClose(got[name], want[name], want[name] * MEAN_RELATIVE, `${name} of ${want.index}`);
    }
    for (const name of ["fractionVal", "fractionSpurious"] as const) {
      assertClose(got[name] ?? NaN, want[name], FLOAT, `${name} of ${want.index}`);
    }
  }
}

/** Logits and probabilities within their tolerance, top-1 equal, no image missing. */
export function assertRows(rows: readonly ImageRow[], expected: EvalReference): void {
  const key = ({ split, path }: ImageRow): string => `${split}:${path}`;
  const found = new Map(rows.map((one) => [key(one), one]));
  assert.equal(found.size, rows.length);
  assert.deepEqual([...found.keys()].sort(), expected.images.map(key).sort());
  for (const want of expected.images) {
    const got = found.get(key(want));
    assert.ok(got);
    const what = `of ${want.path}`;
    assert.equal(got.class, want.class, `class ${what}`);
    assert.equal(got.predicted, want.predicted, `top-1 ${what}`);
    assertClose(got.logit ?? NaN, want.logit ?? NaN, LOGIT_TOLERANCE, `logit ${what}`);
    assertClose(got.p, want.p, want.p * P_RELATIVE, `p ${what}`);
    const top = want.predictedProb ?? NaN;
    assertClose(got.predictedProb ?? NaN, top, top * P_RELATIVE, `top-1 probability ${what}`);
  }
}
