import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { ERRORS, EXIT_STATUS } from "../../../src/errors.js";

const DOCUMENT = new URL("../../../docs/errors.md", import.meta.url);
const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));

/** Cells of the rows whose first cell is a code. */
function tableRows(): Map<string, string[]> {
  const rows = readFileSync(DOCUMENT, "utf8")
    .split("\n")
    .filter((line) => /^\| `?[A-Z][A-Z_0-9]+`? \|/.test(line))
    .map((line) => line.replaceAll("\\|", "\u0000").split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll("\u0000", "|")));
  const found = new Map(rows.map(([code = "", ...rest]) => [code.replaceAll("`", ""), rest]));
  assert.equal(found.size, rows.length, "a code has two rows");
  return found;
}

describe("docs/errors.md", () => {
  test("is what tools/make_errors_doc.mjs makes of the table", async () => {
    const args = ["--import", "tsx", "tools/make_errors_doc.mjs", "--check"];
    await assert.doesNotReject(
      promisify(execFile)(process.execPath, args, { cwd: PACKAGE }),
      "run `node --import tsx tools/make_errors_doc.mjs`",
    );
  });

  test("has a row for every code, and no others", () => {
    assert.deepEqual([...tableRows().keys()].sort(), Object.keys(ERRORS).sort());
  });

  for (const [code, { kind, meaning, hint }] of Object.entries(ERRORS)) {
    test(`${code}: exit status, meaning and hint are those of the program`, () => {
      const status = code === "CANCELLED" ? "130, 143" : String(EXIT_STATUS[kind]);
      assert.deepEqual(tableRows().get(code), [status, meaning, hint]);
    });
  }
});
