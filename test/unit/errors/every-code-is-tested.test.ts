import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ERRORS } from "../../../src/errors.js";

const TESTS = fileURLToPath(new URL("../..", import.meta.url));
/** Tests of the table itself, which name codes without producing them. */
const ABOUT_THE_TABLE = join(TESTS, "unit", "errors");

const texts = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  .map((name) => join(TESTS, name))
  .filter((path) => path.endsWith(".test.ts") && !path.startsWith(ABOUT_THE_TABLE))
  .map((path) => readFileSync(path, "utf8"));

describe("every error code is produced by a test", () => {
  for (const code of Object.keys(ERRORS)) {
    test(code, () => {
      const word = new RegExp(`\\b${code}\\b`);
      assert.ok(
        texts.some((text) => word.test(text)),
        `no test asserts ${code}`,
      );
    });
  }
});
