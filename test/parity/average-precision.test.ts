import { describe, test } from "node:test";

import { auroc } from "../../src/scoring/auroc.js";
import { averagePrecision } from "../../src/scoring/average-precision.js";
import { jsonFixture } from "../helpers/fixtures.js";
import { assertClose } from "../helpers/numbers.js";

/** Scores, and what scikit-learn makes of them. */
interface Case {
  readonly name: string;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  readonly averagePrecision: number;
  readonly auroc: number;
}
interface Pooled {
  readonly classes: readonly Omit<Case, "name">[];
  readonly mean: number;
  readonly joint: number;
  readonly aurocJoint: number;
}
interface OtherCase {
  readonly name: string;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  readonly average_precision: number;
  readonly roc_auc: number;
}

const TOLERANCE = 1e-12;
const { cases, pooled } = jsonFixture<{ cases: Case[]; pooled: Pooled }>("score/ap.json");
const others = jsonFixture<{ cases: OtherCase[] }>("score-wide/ap.json").cases;
const all: Case[] = [
  ...cases,
  ...others.map((one) => ({
    name: `${one.name} (second set)`,
    positives: one.positive,
    negatives: one.negative,
    averagePrecision: one.average_precision,
    auroc: one.roc_auc,
  })),
];

describe("average precision and AUROC are scikit-learn's", () => {
  for (const { name, positives, negatives, ...expected } of all) {
    test(name, () => {
      assertClose(
        averagePrecision(positives, negatives),
        expected.averagePrecision,
        TOLERANCE,
        "average precision",
      );
      assertClose(auroc(positives, negatives), expected.auroc, TOLERANCE, "AUROC");
    });
  }

  test("six classes: each of them, their mean and the joint score", () => {
    const scores = pooled.classes.map(({ positives, negatives, averagePrecision: expected }) => {
      const score = averagePrecision(positives, negatives);
      assertClose(score, expected, TOLERANCE);
      return score;
    });
    const sum = scores.reduce((a, b) => a + b, 0);
    assertClose(sum / scores.length, pooled.mean, TOLERANCE, "mean");
    const positives = pooled.classes.flatMap((one) => one.positives);
    const negatives = pooled.classes.flatMap((one) => one.negatives);
    assertClose(averagePrecision(positives, negatives), pooled.joint, TOLERANCE, "joint");
    assertClose(auroc(positives, negatives), pooled.aurocJoint, TOLERANCE, "joint AUROC");
  });
});
