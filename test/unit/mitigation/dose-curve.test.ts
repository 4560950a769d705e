import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { armStrengths, doseCurve } from "../../../src/mitigation/dose-curve.js";

describe("the dose curve", () => {
  test("has the model and the fix as its first two arms, and no strength twice", () => {
    assert.deepEqual(armStrengths(1), [0, 1, 0.25, 0.5, 0.75, 1.25, 1.5]);
    assert.deepEqual(armStrengths(0.6), [0, 0.6, 0.25, 0.5, 0.75, 1, 1.25, 1.5]);
    assert.deepEqual(armStrengths(0), [0, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]);
  });

  test("ascends, each strength with the numbers of its own arm", () => {
    const strengths = armStrengths(1);
    const overall = (arm: number) => ({ mean: arm, joint: 10 + arm });
    const accuracies = strengths.map((strength) => 100 + strength);
    const curve = doseCurve(strengths, overall, accuracies);
    assert.deepEqual(
      curve.map(({ strength }) => strength),
      [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
    );
    for (const { strength, mean, joint, accuracy } of curve) {
      assert.equal(strengths[mean], strength);
      assert.deepEqual([joint, accuracy], [10 + mean, 100 + strength]);
    }
    assert.ok(doseCurve(strengths, overall, null).every((point) => !("accuracy" in point)));
  });
});
