import { describe, test } from "node:test";

import { assertNamed, fuzzCount, runCases } from "./run-cases.js";

const COUNT = fuzzCount(300, 10_000);

describe("damaged pictures", () => {
  test(`${String(COUNT)} of every format are read or refused by name, and end nothing`, async () => {
    assertNamed(await runCases(new URL("image-cases.ts", import.meta.url), COUNT), COUNT);
  });
});
