import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { keyOf } from "../../../src/labelling/answers.js";
import { labellingOrder } from "../../../src/labelling/order.js";

const ids = (classes: number, components: number) =>
  Array.from({ length: classes * components }, (_, i) => ({
    class: Math.floor(i / components),
    component: i % components,
  }));

describe("the order of labelling", () => {
  test("holds every component once, class after class", () => {
    const order = labellingOrder(ids(12, 5), 0);
    assert.deepEqual(order.map(keyOf).sort(), ids(12, 5).map(keyOf).sort());
    const changes = order.filter((one, i) => one.class !== order[i - 1]?.class);
    assert.equal(changes.length, 12);
  });

  test("depends on the seed, not on the order given", () => {
    const order = labellingOrder(ids(12, 5), 0);
    assert.deepEqual(labellingOrder(ids(12, 5).reverse(), 0), order);
    assert.notDeepEqual(labellingOrder(ids(12, 5), 1), order);
  });

  test("shuffles classes and the components of each", () => {
    const order = labellingOrder(ids(12, 5), 0);
    assert.notDeepEqual(order, ids(12, 5));
    const firsts = order.filter((one, i) => one.class !== order[i - 1]?.class);
    assert.ok(new Set(firsts.map(({ component }) => component)).size > 1);
  });

  test("stays as it was for what was there when evidence is added", () => {
    const before = labellingOrder(ids(12, 5), 3);
    const after = labellingOrder(ids(20, 6), 3);
    const kept = after.filter((one) => one.class < 12 && one.component < 5);
    assert.deepEqual(kept, before);
  });
});
