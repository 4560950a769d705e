import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k, resolveClassMap } from "../../../src/imagenet/class-map.js";
import { selectClasses } from "../../../src/imagenet/class-selection.js";
import { presentClasses } from "../../../src/imagenet/present-classes.js";

const OF = { of: "the labelled components" };

describe("presentClasses", () => {
  test("tells the classes that a head has from those that it lacks", () => {
    const map = resolveClassMap("imagenet12k", 11821);
    const { present, missing } = presentClasses(map, [850, 152, 94, 0], {
      ...OF,
      allowMissing: true,
    });
    assert.deepEqual([...present], [0, 94]);
    assert.deepEqual(
      missing.map(({ index, wnid }) => [index, wnid]),
      [
        [152, "n02085782"],
        [850, "n04399382"],
      ],
    );
    assert.deepEqual(presentClasses(imagenet1k(), [850], OF).missing, []);
  });

  test("the labelled classes need a word for both heads that lack one of them", () => {
    for (const name of ["imagenet21k-miil", "imagenet21k-miil-w21"]) {
      const map = resolveClassMap(name, null);
      const labelled = selectClasses(map, "labelled");
      assert.throws(() => presentClasses(map, labelled, OF), {
        code: "CLASS_MAP_INVALID",
        message:
          /: expected a column for every class of the labelled components, got none for 167 English_foxhound \(n02089973\)$/,
        hint: /--allow-missing-classes/,
      });
      const { present, missing } = presentClasses(map, labelled, { ...OF, allowMissing: true });
      assert.equal(present.size, labelled.length - 1);
      assert.deepEqual(
        missing.map(({ index }) => index),
        [167],
      );
    }
  });

  test("names ten classes of many", () => {
    const map = resolveClassMap("imagenet12k", 11821);
    const outside = Array.from({ length: 13 }, (_, i) => 2000 + i);
    assert.throws(() => presentClasses(map, [0, ...outside], OF), {
      message: /got none for 2000 2000 \(2000\), .* 2009 2009 \(2009\) and 3 more$/,
    });
  });

  test("refuses classes of which the head has none, even where missing ones are allowed", () => {
    const map = resolveClassMap("imagenet12k", 11821);
    assert.throws(() => presentClasses(map, [850, 152], { ...OF, allowMissing: true }), {
      code: "CLASS_MAP_INVALID",
      hint: /--class-map/,
    });
  });
});
