import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { modelFile } from "../helpers/model-fixtures.js";

const SCRIPT = fileURLToPath(new URL("../helpers/engine-cycles.ts", import.meta.url));
const [ROUNDS, CYCLES] = [6, 50];

/** Growth of the resident memory, in bytes, after the first 50 cycles. */
async function growthWith(width: number): Promise<number> {
  const args = ["--expose-gc", "--import", "tsx", SCRIPT, modelFile("traced-conv.pt")];
  const numbers = [ROUNDS, CYCLES, width].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...numbers]);
  const resident = stdout.trim().split("\n").map(Number);
  assert.equal(resident.length, ROUNDS);
  return (resident.at(-1) ?? NaN) - (resident[0] ?? NaN);
}

describe("250 engines made, used and freed after the first 50", () => {
  // A model, its plan and its buffers are hundreds of kilobytes: one leaked in each cycle is 100 MB.
  test("leave the memory as it was", async () => {
    const growth = await growthWith(40);
    assert.ok(growth < 12e6, `resident memory grew by ${growth} bytes`);
  });

  test("leave no more of compiled graphs than libtorch keeps: a tenth of a megabyte each", async () => {
    const growth = await growthWith(32);
    assert.ok(growth < 75e6, `resident memory grew by ${growth} bytes`);
  });
});
