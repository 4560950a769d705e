import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { METADATA_SCHEMA, parseMetadata } from "../../../src/models/metadata.js";

const FULL = {
  schema: METADATA_SCHEMA,
  name: "resnet50",
  source: "somewhere",
  inputSize: 224,
  cropFraction: 0.95,
  interpolation: "bilinear",
  mean: [0.5, 0.5, 0.5],
  std: [0.2, 0.2, 0.2],
  normalization: "outside",
  classMap: "imagenet1k",
  temperature: 0.7,
  license: "MIT",
};

function parse(document: unknown): unknown {
  return parseMetadata(JSON.stringify(document), "model.pt");
}

describe("parseMetadata", () => {
  test("takes every field, and fields of others", () => {
    assert.deepEqual(parse({ ...FULL, note: "mine" }), { ...FULL, note: "mine" });
    assert.deepEqual(parse({}), {});
  });

  test("a field of null is a missing one", () => {
    assert.deepEqual(parse({ inputSize: null, mean: null, name: "x" }), { name: "x" });
  });

  for (const [field, value, expected] of [
    ["inputSize", 0, "a whole number of pixels"],
    ["inputSize", 224.5, "a whole number of pixels"],
    ["cropFraction", 1.1, "a number above 0 and at most 1"],
    ["cropFraction", "0.9", "a number above 0 and at most 1"],
    ["interpolation", "nearest", "bicubic or bilinear"],
    ["mean", [1, 2], "three numbers"],
    ["std", [1, 1, 0], "three numbers above 0"],
    ["normalization", "both", "inside or outside"],
    ["temperature", 0, "a number above 0"],
    ["name", 5, "a string"],
  ] as const) {
    test(`${field} ${JSON.stringify(value)} is refused`, () => {
      assert.throws(() => parse({ [field]: value }), {
        code: "MODEL_METADATA_INVALID",
        message: `reading metadata: model.pt: ${field}: expected ${expected}, got ${JSON.stringify(value)}`,
        input: "model.pt",
      });
    });
  }

  for (const [what, json, message] of [
    ["no JSON", "{broken", /expected JSON in spurious_native\.json/],
    ["a list", "[]", /expected an object/],
    ["null", "null", /expected an object/],
    [
      "a newer schema",
      '{"schema": "spurious-native/model/2"}',
      /expected schema .*\/1, got ".*\/2"/,
    ],
    ["a foreign schema", '{"schema": "other"}', /got "other"/],
  ] as const) {
    test(`${what} is refused`, () => {
      assert.throws(() => parseMetadata(json, "model.pt"), {
        code: "MODEL_METADATA_INVALID",
        message,
      });
    });
  }
});
