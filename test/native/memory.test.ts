import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { modelFile } from "../helpers/model-fixtures.js";

const SCRIPT = fileURLToPath(new URL("../helpers/engine-cycles.ts", import.meta.url));
const [ROUNDS, CYCLES] = [6, 50];
/** Caches of compiled kernels and the allocator's arenas fill up meanwhile. */
const SETTLING = 2;
/**
 * Over 200 cycles. A model, its plans and its buffers are hundreds of kilobytes: one leaked in each is
 * 80 MB. libtorch itself keeps some 50 kB of every graph that it has compiled.
 */
const ALLOWED = 30e6;

test("300 engines made, used and freed leave the memory as it was after the first 100", async () => {
  const args = ["--expose-gc", "--import", "tsx", SCRIPT, modelFile("traced-conv.pt")];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    String(ROUNDS),
    String(CYCLES),
  ]);
  const resident = stdout.trim().split("\n").map(Number);
  assert.equal(resident.length, ROUNDS);
  const growth = (resident.at(-1) ?? NaN) - (resident[SETTLING - 1] ?? NaN);
  assert.ok(growth < ALLOWED, `resident memory grew by ${growth} bytes: ${resident.join(", ")}`);
});
