import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { SummedProgress } from "../../../src/terminal/worker-progress.js";

const begin = (done: number) =>
  ({ kind: "begin", label: "evaluating", total: 10, unit: "images", done }) as const;
const advance = (count: number) => ({ kind: "advance", count }) as const;

/** Two workers, of which the second is told of at once, and what is shown of them. */
function twoWorkers() {
  const shown: string[] = [];
  let done = 0;
  const summed = new SummedProgress(2, {
    begin: (_label, total, _unit, before = 0) => {
      done = before;
      shown.push(`${String(done)}/${String(total)}`);
    },
    advance: (count) => shown.push(String((done += count))),
    end: () => shown.push("end"),
  });
  return { summed, shown };
}

describe("SummedProgress", () => {
  test("begins when all workers have, with what was done before", () => {
    const { summed, shown } = twoWorkers();
    summed.take(0, begin(2));
    summed.take(0, advance(1));
    summed.take(1, begin(4));
    summed.take(1, advance(6));
    summed.end();
    assert.deepEqual(shown, ["7/20", "13", "end"]);
  });

  test("counts what a worker did whose last messages were lost when it was killed", () => {
    const { summed, shown } = twoWorkers();
    for (const worker of [0, 1]) summed.take(worker, begin(0));
    summed.take(0, advance(3));
    summed.take(0, begin(5));
    summed.take(0, advance(5));
    assert.deepEqual(shown, ["0/20", "3", "5", "10"]);
  });

  test("counts nothing twice that a worker which was killed has to do again", () => {
    const { summed, shown } = twoWorkers();
    for (const worker of [0, 1]) summed.take(worker, begin(0));
    summed.take(0, advance(5));
    summed.take(0, begin(3));
    for (let image = 0; image < 7; image++) summed.take(0, advance(1));
    assert.deepEqual(shown, ["0/20", "5", "6", "7", "8", "9", "10"]);
  });
});
