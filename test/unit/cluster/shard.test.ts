import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  chosenShard,
  classesInShard,
  isInShard,
  missingParts,
  parseShard,
  partsNamed,
  shardName,
} from "../../../src/cluster/shard.js";

const SHARDS = Array.from({ length: 7 }, (_, i) => ({ index: i + 1, of: 7 }));

describe("shards", () => {
  test("every image is in one part, told by its id alone, and parts are about even", () => {
    const ids = Array.from({ length: 7000 }, (_, i) => `val:n0${String(i)}/image.JPEG`);
    const counts = SHARDS.map((shard) => ids.filter((id) => isInShard(id, shard)).length);
    assert.equal(
      counts.reduce((a, b) => a + b),
      ids.length,
    );
    for (const count of counts) assert.ok(count > 850 && count < 1150, String(counts));
  });

  test("every class is in one part, by weight about even, in whatever order they come", () => {
    const classes = Array.from({ length: 40 }, (_, index) => ({ index, weight: 1 + (index % 9) }));
    const weightOf = ({ weight }: { weight: number }): number => weight;
    const parts = SHARDS.map((shard) => classesInShard(classes, shard, weightOf));
    const all = parts.flat().map(({ index }) => index);
    assert.deepEqual(
      all.sort((a, b) => a - b),
      classes.map(({ index }) => index),
    );
    const loads = parts.map((part) => part.reduce((sum, one) => sum + one.weight, 0));
    assert.ok(Math.max(...loads) - Math.min(...loads) <= 2, String(loads));
    for (const [i, shard] of SHARDS.entries()) {
      const reversed = classesInShard([...classes].reverse(), shard, weightOf).reverse();
      assert.deepEqual(reversed, parts[i]);
    }
  });

  test("a flag wins over the environment; what is no part is refused, naming where it came from", () => {
    const environment = { SPURIOUS_NATIVE_SHARD: "2/3" };
    assert.deepEqual(chosenShard("1/2", environment), { index: 1, of: 2 });
    assert.deepEqual(chosenShard(undefined, environment), { index: 2, of: 3 });
    assert.equal(chosenShard(undefined, {}), undefined);
    assert.equal(chosenShard(undefined, { SPURIOUS_NATIVE_SHARD: "" }), undefined);
    for (const spec of ["0/2", "3/2", "1", "a/b", "-1/2", "1/0"]) {
      assert.throws(() => parseShard(spec), { code: "USAGE_INVALID", input: spec });
    }
    assert.throws(() => chosenShard(undefined, { SPURIOUS_NATIVE_SHARD: "x" }), {
      message: /SPURIOUS_NATIVE_SHARD/,
    });
  });

  test("missing parts are named up to the tenth, however many a document says there are", () => {
    assert.equal(missingParts(3, new Set([1, 2, 3])), null);
    assert.equal(missingParts(4, new Set([1, 3])), "2, 4");
    assert.equal(missingParts(1e300, new Set([2])), "1, 3, 4, 5, 6, 7, 8, 9, 10, 11 ...");
  });

  test("names sort as numbers do", () => {
    assert.equal(shardName({ index: 2, of: 20 }), "part-002-of-020");
  });

  test("the name of a part, or of an attempt at it, tells how many there are", () => {
    assert.equal(partsNamed(shardName({ index: 2, of: 20 })), 20);
    assert.equal(partsNamed("part-0001-of-1234.0123abcd"), 1234);
    for (const name of [".attempts", "part-1", "part-001-of-002x"]) {
      assert.equal(partsNamed(name), null);
    }
  });
});
