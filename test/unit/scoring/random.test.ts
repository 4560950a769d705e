import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { RandomStream } from "../../../src/scoring/random.js";

/** sfc32 with unlimited integers, as its author writes it. */
function* sfc32(seed: number, stream: number): Generator<number> {
  const mask = 0xffffffffn;
  let a = BigInt(seed) & mask;
  let b = BigInt(seed) >> 32n;
  let c = BigInt(stream);
  let counter = 1n;
  for (;;) {
    const value = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = (((c << 21n) | (c >> 11n)) + value) & mask;
    yield Number(value);
  }
}

const WARM_UP = 15;

describe("RandomStream", () => {
  for (const [seed, number] of [
    [0, 0],
    [1, 94],
    [2 ** 40 + 12345, 999],
    [Number.MAX_SAFE_INTEGER, 2 ** 32 - 1],
  ] as const) {
    test(`seed ${seed}, stream ${number}: draws are those of sfc32`, () => {
      const stream = new RandomStream(seed, number);
      const reference = sfc32(seed, number);
      for (let i = 0; i < WARM_UP; i++) reference.next();
      for (let i = 0; i < 2000; i++) {
        const count = 1 + (i % 97);
        const tally = new Int32Array(count + 2);
        stream.addDraws(tally, 1, count, 1);
        const drawn = Math.floor(((reference.next().value as number) * count) / 2 ** 32);
        assert.equal(tally.indexOf(1), 1 + drawn);
      }
    });
  }

  test("draws in one call are those of many calls", () => {
    const [once, often] = [new RandomStream(7, 3), new RandomStream(7, 3)];
    const [a, b] = [new Int32Array(20), new Int32Array(20)];
    once.addDraws(a, 0, 20, 500);
    for (let i = 0; i < 500; i++) often.addDraws(b, 0, 20, 1);
    assert.deepEqual(a, b);
  });

  test("streams of one seed differ, and so do seeds of one stream", () => {
    const tallies = [
      [0, 0],
      [0, 1],
      [1, 0],
      [2 ** 32, 0],
    ].map(([seed = 0, number = 0]) => {
      const tally = new Int32Array(50);
      new RandomStream(seed, number).addDraws(tally, 0, 50, 1000);
      return tally.join();
    });
    assert.equal(new Set(tallies).size, tallies.length);
  });

  test("every item is drawn equally often, within chance", () => {
    const tally = new Int32Array(125);
    new RandomStream(0, 5).addDraws(tally, 0, 125, 125_000);
    const chiSquare = tally.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 124 degrees of freedom: mean 124, standard deviation 15.7; five of them either way.
    assert.ok(Math.abs(chiSquare - 124) < 79, `chi square ${chiSquare}`);
  });
});
