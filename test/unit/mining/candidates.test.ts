import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Candidate, Candidates, compareCandidates } from "../../../src/mining/candidates.js";
import { Random } from "../../helpers/random.js";

function candidates(random: Random, count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `${i}.jpg`,
    pool: 0,
    alpha: random.integer(0, 60) / 4, // many ties
    probability: 0.5,
    hash: String(random.integer(0, count >> 1)).padStart(16, "0"),
  }));
}

/** What sorting everything gives. */
function bruteForce(all: readonly Candidate[], capacity: number, distinct: boolean): Candidate[] {
  const sorted = [...all].sort(compareCandidates);
  const firsts = sorted.filter(
    ({ hash }, i) => sorted.findIndex((other) => other.hash === hash) === i,
  );
  return (distinct ? firsts : sorted).slice(0, capacity);
}

describe("Candidates", () => {
  for (const distinct of [false, true]) {
    test(`${distinct ? "of every hash the best" : "all"}: what a sort of everything gives, in any order`, () => {
      const random = new Random(7);
      for (let round = 0; round < 60; round++) {
        const all = candidates(random, random.integer(1, 120));
        const capacity = random.integer(1, 20);
        const expected = bruteForce(all, capacity, distinct);
        for (let order = 0; order < 3; order++) {
          const kept = new Candidates(capacity, distinct);
          for (const one of random.shuffle(all)) kept.offer(one);
          assert.deepEqual(kept.ranked(), expected);
        }
      }
    });

    test(`${distinct ? "of every hash the best" : "all"}: parts put together equal the whole`, () => {
      const random = new Random(8);
      const all = candidates(random, 400);
      const expected = bruteForce(all, 30, distinct);
      const together = new Candidates(30, distinct);
      for (let part = 0; part < 4; part++) {
        const kept = new Candidates(30, distinct);
        for (const [i, one] of all.entries()) if (i % 4 === part) kept.offer(one);
        for (const one of kept.ranked()) together.offer(one);
      }
      assert.deepEqual(together.ranked(), expected);
    });
  }

  test("says which images may be among the best: late bad ones are not", () => {
    const kept = new Candidates(2, false);
    const one = (alpha: number): Candidate => ({
      ...{ id: String(alpha), pool: 0, probability: 0, hash: "0" },
      alpha,
    });
    assert.deepEqual(
      [1, 2, 3, 4].map((alpha) => kept.offer(one(alpha))),
      [true, true, true, true],
    );
    assert.equal(kept.offer(one(2.5)), false);
    assert.equal(kept.offer(one(3.5)), true);
    assert.deepEqual(
      kept.ranked().map(({ alpha }) => alpha),
      [4, 3.5],
    );
  });
});
