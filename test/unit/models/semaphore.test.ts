import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Semaphore } from "../../../src/models/semaphore.js";

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("Semaphore", () => {
  test("holders above the number of places wait, and get theirs in order", async () => {
    const semaphore = new Semaphore(2);
    const entered: number[] = [];
    const releases = Array.from({ length: 5 }, async (_, i) => {
      const release = await semaphore.acquire();
      entered.push(i);
      return release;
    });
    await settle();
    assert.deepEqual(entered, [0, 1]);
    (await releases[1])?.();
    await settle();
    assert.deepEqual(entered, [0, 1, 2]);
    (await releases[0])?.();
    (await releases[2])?.();
    await settle();
    assert.deepEqual(entered, [0, 1, 2, 3, 4]);
  });

  test("giving a place back twice frees it once", async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire();
    release();
    release();
    await semaphore.acquire();
    let second = false;
    void semaphore.acquire().then(() => {
      second = true;
    });
    await settle();
    assert.equal(second, false);
  });
});
