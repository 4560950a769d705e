import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AttackedComponent, rankByConfidence } from "../../../src/evidence/attack-pool.js";

function component(eigenIndex: number, confidence: number, objective: number): AttackedComponent {
  return {
    eigenIndex,
    confidence,
    objective,
    alpha: 0,
    perturbation: 30,
    png: "",
    graph: "frozen",
  };
}

describe("rankByConfidence", () => {
  it("puts the most confident attack image first", () => {
    const ranked = rankByConfidence([
      component(0, 0.2, 9),
      component(1, 0.9, 1),
      component(2, 0.5, 5),
    ]);
    assert.deepEqual(
      ranked.map(({ eigenIndex }) => eigenIndex),
      [1, 2, 0],
    );
  });

  it("breaks exact ties by the objective, then by eigen index", () => {
    const ranked = rankByConfidence([
      component(3, 1, 4),
      component(1, 1, 4),
      component(2, 1, 7),
      component(0, 0, 100),
    ]);
    assert.deepEqual(
      ranked.map(({ eigenIndex }) => eigenIndex),
      [2, 1, 3, 0],
    );
  });
});
