import { describe, test } from "node:test";

import { assertNamed, fuzzCount, runCases } from "./run-cases.js";

const COUNT = fuzzCount(600, 20_000);

describe("damaged results, labels, lists and settings", () => {
  test(`${String(COUNT)} of every kind are read or refused by name`, async () => {
    assertNamed(await runCases(new URL("document-cases.ts", import.meta.url), COUNT), COUNT);
  });
});
