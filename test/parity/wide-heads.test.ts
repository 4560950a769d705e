import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { resolveClassMap } from "../../src/imagenet/class-map.js";

/** By width: the original's column of class 0..999, -1 where it has none. */
const expected = JSON.parse(
  readFileSync(new URL("../fixtures/datasets/wide-heads-expected.json", import.meta.url), "utf8"),
) as Record<string, number[]>;

for (const [name, width] of [
  ["imagenet21k-fall11", 21841],
  ["imagenet21k-google", 21843],
] as const) {
  test(`${name} puts every class into the column the original matches it with`, () => {
    const map = resolveClassMap(name, width);
    const columns = expected[String(width)] ?? [];
    assert.equal(columns.length, 1000);
    assert.deepEqual(
      map.classes.map(({ index }) => map.columnOf(index)),
      columns,
    );
    assert.equal(map.columnOf(850), -1);
  });
}
