import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imageProbabilities } from "../../../src/scoring/softmax.js";
import { assertClose } from "../../helpers/numbers.js";

const logits = Float32Array.of(1, 3, 2, 3);

describe("imageProbabilities", () => {
  test("softmax of all outputs, rounded to float32, and the first of the largest ones", () => {
    const sum = Math.E ** 1 + 2 * Math.E ** 3 + Math.E ** 2;
    const { p, predictedColumn, predictedProb } = imageProbabilities(logits, 2, 1);
    assert.equal(p, Math.fround(Math.E ** 2 / sum));
    assert.equal(predictedColumn, 1);
    assert.equal(predictedProb, Math.fround(Math.E ** 3 / sum));
  });

  test("the temperature divides the logits", () => {
    const halved = logits.map((value) => value / 2);
    assert.deepEqual(imageProbabilities(logits, 2, 2), imageProbabilities(halved, 2, 1));
    assertClose(imageProbabilities(logits, 0, 1e6).p, 0.25, 1e-6);
  });

  test("some columns alone: softmax and top-1 are among these", () => {
    const { p, predictedColumn, predictedProb } = imageProbabilities(logits, 0, 1, [0, 2]);
    assert.equal(predictedColumn, 2);
    assertClose(p, 1 / (1 + Math.E), 1e-7);
    assertClose(predictedProb, Math.E / (1 + Math.E), 1e-7);
  });

  test("logits of thousands neither overflow nor vanish where they matter", () => {
    assert.equal(imageProbabilities([3000, 0], 0, 1).p, 1);
    assert.equal(imageProbabilities([3000, 0], 1, 1).p, 0);
    assert.equal(imageProbabilities([-3000, -3000], 0, 1).p, 0.5);
  });

  test("an output that is masked with minus infinity has probability 0", () => {
    assert.deepEqual(imageProbabilities([-Infinity, 2], 0, 1), {
      p: 0,
      predictedColumn: 1,
      predictedProb: 1,
    });
  });

  test("of some columns, the output that is broken is named by its place in the head", () => {
    assert.throws(() => imageProbabilities([0, NaN, 1, NaN], 2, 1, [2, 3]), {
      code: "MODEL_OUTPUT_UNSUPPORTED",
      message: /output 3: /,
    });
  });

  for (const [what, broken, column] of [
    ["NaN first", [NaN, 1], 0],
    ["NaN later", [1, NaN], 1],
    ["infinity", [1, Infinity], 1],
    ["minus infinity everywhere", [-Infinity, -Infinity], 0],
  ] as const) {
    test(`${what} among the logits is an error that names the output`, () => {
      assert.throws(() => imageProbabilities(broken, 0, 1), {
        code: "MODEL_OUTPUT_UNSUPPORTED",
        message: new RegExp(`output ${column}: expected a finite number`),
        hint: /--dtype fp32/,
      });
    });
  }
});
