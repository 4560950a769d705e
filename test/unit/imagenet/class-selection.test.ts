import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { selectClasses } from "../../../src/imagenet/class-selection.js";
import { benchmarkFeatures, spuriousComponents } from "../../../src/imagenet/facts.js";

const map = imagenet1k();

describe("selectClasses", () => {
  for (const [text, expected] of [
    ["94", [94]],
    ["207-210", [207, 208, 209, 210]],
    ["5 - 7", [5, 6, 7]],
    ["9-9", [9]],
    [" 94 , 0,94, 207-208", [0, 94, 207, 208]],
    ["n01833805,tench", [0, 94]],
    ["007", [7]],
  ] as const) {
    test(`"${text}" is ${expected.join(", ")}: ascending, each once`, () => {
      assert.deepEqual(selectClasses(map, text), expected);
    });
  }

  test("sets have names: benchmark, labelled, all, also beside other classes", () => {
    const benchmark = selectClasses(map, "benchmark");
    assert.equal(benchmark.length, 100);
    assert.deepEqual(new Set(benchmark), new Set(benchmarkFeatures().map((one) => one.class)));
    const labelled = selectClasses(map, "labelled");
    assert.equal(labelled.length, 233);
    assert.equal(labelled.length, Object.keys(spuriousComponents()).length);
    assert.equal(selectClasses(map, "all").length, 1000);
    assert.ok(!benchmark.includes(1));
    assert.equal(selectClasses(map, "benchmark,1").length, 101);
  });

  for (const [text, message] of [
    ["", /an empty part/],
    ["1,,2", /an empty part/],
    ["1000", /class not found|index 1000/],
    ["990-1001", /classes of imagenet1k, got index 1000/],
    ["9-3", /from the smaller index to the larger/],
    ["0-99999999999", /at most the 1000 classes/],
    ["yeti", /class not found/],
    ["crane", /got 134 crane .*517 crane/],
    ["toString", /class not found/],
  ] as const) {
    test(`"${text}" is refused`, () => {
      assert.throws(() => selectClasses(map, text), { code: "USAGE_INVALID", message });
    });
  }
});
