import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { choosePreprocessing } from "../../../src/evaluation/preprocessing.js";

const inputSize = { value: 224, origin: "flag" } as const;
const metadata = { cropFraction: 0.9, interpolation: "bilinear" } as const;

describe("choosePreprocessing", () => {
  test("the paper's second preset is the default", () => {
    assert.deepEqual(choosePreprocessing({}, { inputSize, metadata }), {
      preset: "paper-v2",
      size: 224,
    });
  });

  test("preset model takes crop fraction and filter from metadata, flags winning", () => {
    const chosen = choosePreprocessing({ preset: "model" }, { inputSize, metadata });
    assert.deepEqual(chosen, { preset: "model", model: { inputSize: 224, ...metadata } });
    const flags = { preset: "model", cropFraction: 1, interpolation: "bicubic" } as const;
    assert.deepEqual(choosePreprocessing(flags, { inputSize, metadata: {} }), {
      preset: "model",
      model: { inputSize: 224, cropFraction: 1, interpolation: "bicubic" },
    });
  });

  test("preset model without them is an error, never a guess", () => {
    for (const known of [{}, { cropFraction: 0.9 }, { interpolation: "bicubic" } as const]) {
      assert.throws(
        () => choosePreprocessing({ preset: "model" }, { inputSize, metadata: known }),
        {
          code: "USAGE_INVALID",
          hint: /--crop-fraction F --interpolation/,
        },
      );
    }
  });

  test("flags that a paper's preset would not heed are refused", () => {
    for (const flags of [
      { cropFraction: 0.9 },
      { preset: "paper-v1", interpolation: "bilinear" },
    ] as const) {
      assert.throws(() => choosePreprocessing(flags, { inputSize, metadata }), {
        code: "USAGE_INVALID",
        message: /--preset model/,
      });
    }
  });

  test("a crop fraction above 1 would leave pixels out that are not there", () => {
    const flags = { preset: "model", cropFraction: 1.2 } as const;
    assert.throws(() => choosePreprocessing(flags, { inputSize, metadata }), {
      code: "USAGE_INVALID",
      message: /at most 1/,
    });
  });
});
