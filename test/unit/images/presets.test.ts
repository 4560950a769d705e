import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Preprocessing, ruleOf } from "../../../src/images/presets.js";

describe("ruleOf", () => {
  for (const [size, shorterSide] of [
    [224, 256],
    [160, 182],
    [384, 438],
    [300, 342],
  ] as const) {
    test(`paper presets: val images of ${size} px are resized to ${shorterSide} and cropped`, () => {
      const bicubic = ruleOf({ preset: "paper-v2", size }, "val");
      assert.deepEqual(bicubic, { shorterSide, crop: size, filter: "bicubic" });
      const bilinear = ruleOf({ preset: "paper-v1", size }, "val");
      assert.deepEqual(bilinear, { shorterSide, crop: size, filter: "bilinear" });
    });

    test(`paper presets: spurious images of ${size} px are resized and not cropped`, () => {
      const rule = ruleOf({ preset: "paper-v2", size }, "spurious");
      assert.deepEqual(rule, { shorterSide: size, crop: null, filter: "bicubic" });
    });
  }

  test("the model's own preset treats both splits alike", () => {
    const preprocessing: Preprocessing = {
      preset: "model",
      model: { inputSize: 288, cropFraction: 0.95, interpolation: "bilinear" },
    };
    const rule = { shorterSide: 303, crop: 288, filter: "bilinear" };
    assert.deepEqual(ruleOf(preprocessing, "val"), rule);
    assert.deepEqual(ruleOf(preprocessing, "spurious"), rule);
  });
});
