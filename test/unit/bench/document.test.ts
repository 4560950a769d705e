import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { buildRows, type Measured } from "../../../src/bench/document.js";

const readiness = { version: "1", warmUp: "none", readySeconds: 0 };

function measured(changes: Partial<Measured>): Measured {
  const runs = [2, 4, 1].map((seconds) => ({ items: 100, seconds }));
  return { name: "a", role: "own", description: "", readiness, runs, ...changes };
}

describe("rows of a benchmark", () => {
  const compare = (own: unknown, other: unknown): string => `${String(own)} = ${String(other)}`;

  test("hold one rate a round and this program's ratio to each other side", () => {
    const slower = measured({
      name: "b",
      role: "peer",
      runs: [4, 8, 2].map((seconds) => ({ items: 100, seconds })),
    });
    const [own, peer] = buildRows([measured({}), slower], compare);
    assert.deepEqual(own?.rates, [50, 25, 100]);
    assert.equal(own?.ownRatio, null);
    assert.equal(own?.summary.median, 50);
    assert.deepEqual(peer?.ownRatio, { ratio: 2, least: 2, greatest: 2 });
  });

  test("compare the answers of peers, where both gave one", () => {
    const answering = (name: string, role: Measured["role"], answer?: string): Measured =>
      measured({ name, role, readiness: { ...readiness, ...(answer && { answer }) } });
    const rows = buildRows(
      [
        answering("own", "own", "x"),
        answering("peer", "peer", "y"),
        answering("silent", "peer"),
        answering("limit", "limit", "z"),
      ],
      compare,
    );
    assert.deepEqual(
      rows.map(({ agreement }) => agreement),
      [null, "x = y", null, null],
    );
  });

  test("hold the medians of further figures", () => {
    const runs = [3, 9, 4].map((processSeconds) => ({
      items: 1,
      seconds: 1,
      details: { processSeconds },
    }));
    assert.deepEqual(buildRows([measured({ runs })], compare)[0]?.details, { processSeconds: 4 });
  });
});
