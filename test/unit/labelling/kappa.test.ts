import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { cohenKappa, fleissKappa, rawAgreement } from "../../../src/labelling/kappa.js";

/** Categories that three raters gave 40 items, one digit each. */
const A = "2121122000020112020020102001111112222112";
const B = "2121122002022012021120102021111102022112";
const C = "2122222100022012002020112021010110102111";

const ratings = (...raters: readonly string[]): number[][] =>
  [...(raters[0] ?? "")].map((_, i) => raters.map((rater) => Number(rater[i])));

/** Relative to what scikit-learn and the formulas give in double precision. */
const TOLERANCE = 1e-12;

function close(actual: number | null, expected: number, tolerance = TOLERANCE): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} ${expected}`);
}

describe("Cohen's kappa", () => {
  // scikit-learn 1.x: cohen_kappa_score
  for (const [name, a, b, kappa, raw] of [
    ["A and B", A, B, 0.6981132075471699, 0.8],
    ["A and C", A, C, 0.4371482176360225, 0.625],
    ["B and C", B, C, 0.43609022556390975, 0.625],
  ] as const) {
    test(`of ${name} equals scikit-learn's`, () => {
      close(cohenKappa(ratings(a, b)), kappa);
      close(cohenKappa(ratings(b, a)), kappa);
      close(rawAgreement(ratings(a, b)), raw);
    });
  }

  test("is 1 where all agree, 0 where agreement is chance, below 0 where it is less", () => {
    close(cohenKappa(ratings("0123", "0123")), 1);
    close(cohenKappa(ratings("0011", "0101")), 0);
    close(cohenKappa(ratings("01", "10")), -1);
  });

  test("is not defined where both say one word throughout, and without items", () => {
    assert.equal(cohenKappa(ratings("000", "000")), null);
    assert.equal(cohenKappa([]), null);
    assert.equal(rawAgreement([]), null);
  });

  test("weights count items as if they were there so often", () => {
    const items = ratings(A, B).slice(0, 6);
    const weights = [2, 0, 1, 3, 1, 0];
    const repeated = items.flatMap((item, i) => Array.from({ length: weights[i]! }, () => item));
    close(cohenKappa(items, weights), cohenKappa(repeated)!);
    close(fleissKappa(items, weights), fleissKappa(repeated)!);
    close(rawAgreement(items, weights), rawAgreement(repeated)!);
  });
});

describe("Fleiss' kappa", () => {
  /** Fleiss 1971 as worked through in textbooks: 10 subjects, 14 raters, counts of 5 categories. */
  const COUNTS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];

  test("of the textbook's 14 raters is 0.210, from 0.378 by 0.213", () => {
    const items = COUNTS.map((counts) =>
      counts.flatMap((count, category) => Array.from({ length: count }, () => category)),
    );
    close(rawAgreement(items), 0.378, 0.0005);
    close(fleissKappa(items), 0.2099, 0.0005);
  });

  test("of three raters, from the pairs that agree and the shares of the categories", () => {
    const items = ratings(A, B, C);
    const raw = (0.8 + 0.625 + 0.625) / 3;
    const all = `${A}${B}${C}`;
    const chance = ["0", "1", "2"]
      .map((category) => (all.split(category).length - 1) / all.length)
      .reduce((sum, share) => sum + share ** 2, 0);
    close(rawAgreement(items), raw);
    close(fleissKappa(items), (raw - chance) / (1 - chance));
  });

  test("is not defined where all say one word throughout", () => {
    assert.equal(fleissKappa(ratings("00", "00", "00")), null);
  });
});
