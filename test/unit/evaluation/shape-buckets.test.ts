import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Pixels, ShapeBuckets } from "../../../src/evaluation/shape-buckets.js";
import { Random } from "../../helpers/random.js";

interface Item {
  readonly id: number;
  readonly image: Pixels;
}

function item(id: number, width: number, height: number): Item {
  return { id, image: { pixels: new Uint8Array(0), width, height } };
}

const idsOf = ({ items }: { items: readonly Item[] }): number[] => items.map(({ id }) => id);

describe("ShapeBuckets", () => {
  test("a batch is ready when it is full, and holds images of one size", () => {
    const buckets = new ShapeBuckets<Item>(() => 2, 100);
    assert.deepEqual(buckets.add(item(1, 4, 3)), []);
    assert.deepEqual(buckets.add(item(2, 3, 4)), []);
    const [ready, ...more] = buckets.add(item(3, 4, 3));
    assert.ok(ready);
    assert.deepEqual([ready.width, ready.height, idsOf(ready)], [4, 3, [1, 3]]);
    assert.deepEqual(more, []);
    assert.deepEqual(buckets.flush().map(idsOf), [[2]]);
    assert.deepEqual(buckets.flush(), []);
  });

  test("what is left comes in the order in which sizes were first met", () => {
    const buckets = new ShapeBuckets<Item>(() => 10, 100);
    for (const [id, width] of [
      [1, 5],
      [2, 3],
      [3, 9],
      [4, 3],
    ] as const) {
      buckets.add(item(id, width, 1));
    }
    assert.deepEqual(buckets.flush().map(idsOf), [[1], [2, 4], [3]]);
  });

  test("above the limit the largest group goes first", () => {
    const buckets = new ShapeBuckets<Item>(() => 10, 3);
    buckets.add(item(1, 1, 1));
    buckets.add(item(2, 2, 1));
    buckets.add(item(3, 2, 1));
    const ready = buckets.add(item(4, 3, 1));
    assert.deepEqual(ready.map(idsOf), [[2, 3]]);
  });

  test("however many sizes there are, every image comes out once and few wait", () => {
    const random = new Random(91);
    const buckets = new ShapeBuckets<Item>(() => 4, 16);
    const out: number[] = [];
    for (let id = 0; id < 1000; id++) {
      for (const batch of buckets.add(item(id, random.integer(1, 40), random.integer(1, 3)))) {
        assert.ok(batch.items.length <= 4);
        for (const { image } of batch.items) {
          assert.deepEqual([image.width, image.height], [batch.width, batch.height]);
        }
        out.push(...idsOf(batch));
      }
      assert.ok(id + 1 - out.length <= 16);
    }
    out.push(...buckets.flush().flatMap(idsOf));
    assert.deepEqual(
      out.sort((a, b) => a - b),
      Array.from({ length: 1000 }, (_, id) => id),
    );
  });
});
