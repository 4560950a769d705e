import { describe, test } from "node:test";

import { assertNamed, fuzzCount, runCases } from "./run-cases.js";

const COUNT = fuzzCount(60, 1000);

describe("damaged models", () => {
  test(`${String(COUNT)}, with and without checksums put right again, are loaded or refused by name`, async () => {
    assertNamed(await runCases(new URL("model-cases.ts", import.meta.url), COUNT), COUNT);
  });
});
