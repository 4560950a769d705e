import { describe, test } from "node:test";

import { assertNamed, fuzzCount, runCases } from "./run-cases.js";

const COUNT = fuzzCount(1000, 50_000);

describe("damaged files of tensors, and tar files", () => {
  test(`${String(COUNT)} of every format are read or refused by name`, async () => {
    assertNamed(await runCases(new URL("artefact-cases.ts", import.meta.url), COUNT), COUNT);
  });
});
