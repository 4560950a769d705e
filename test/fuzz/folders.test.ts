import { describe, test } from "node:test";

import { assertNamed, fuzzCount, runCases } from "./run-cases.js";

const FOLDERS = fuzzCount(90, 20_000);
const PCAS = fuzzCount(20, 2000);

describe("damaged folders", () => {
  test(`${String(FOLDERS)} of results, parts and plans are read or refused by name, and nothing is written beside the result`, async () => {
    const worker = new URL("result-folder-cases.ts", import.meta.url);
    assertNamed(await runCases(worker, FOLDERS), FOLDERS);
  });

  test(`${String(PCAS)} of a PCA, given to every command that runs its model, too`, async () => {
    assertNamed(await runCases(new URL("pca-folder-cases.ts", import.meta.url), PCAS), PCAS);
  });
});
