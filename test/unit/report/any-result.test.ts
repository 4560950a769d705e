import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { writeComparison } from "../../../src/comparison/write-comparison.js";
import { LEADERBOARD_SCHEMA } from "../../../src/comparison/write-leaderboard.js";
import { leaderboardRows } from "../../../src/comparison/leaderboard.js";
import { readAnyResult } from "../../../src/report/any-result.js";
import { comparedResults } from "../../helpers/compared-results.js";
import { fileTree } from "../../helpers/file-tree.js";

/** A document with another value in one place. */
function changed(path: string, place: readonly (string | number)[], value: unknown): void {
  const document = JSON.parse(readFileSync(path, "utf8")) as Record<string | number, unknown>;
  let inside = document;
  for (const name of place.slice(0, -1)) inside = inside[name] as typeof inside;
  inside[place.at(-1) ?? ""] = value;
  writeFileSync(path, JSON.stringify(document));
}

describe("readAnyResult", () => {
  test("a comparison that lacks a number is refused by name, not when its page is made", async (t) => {
    const { root, comparison } = await comparedResults(t);
    const path = join(root, "compared/compare.json");
    await writeComparison(comparison, join(root, "compared"));
    const whole = readFileSync(path);
    assert.equal((await readAnyResult(join(root, "compared"))).kind, "comparison");
    for (const place of [
      ["mean", "ap"],
      ["classes", 3, "firstAuroc"],
      ["images", 0, "second"],
      ["first", "score", "mean"],
      ["second", "provenance", "model"],
    ]) {
      writeFileSync(path, whole);
      changed(path, place, "much");
      await assert.rejects(readAnyResult(join(root, "compared")), {
        ...{ code: "RESULT_INVALID", input: path },
        message: /expected a whole document/,
      });
    }
  });

  test("so is a leaderboard", async (t) => {
    const { first, second } = await comparedResults(t);
    const rows = await leaderboardRows([first, second]);
    const document = JSON.stringify({ schema: LEADERBOARD_SCHEMA, rows });
    const root = fileTree(t, { "leaderboard.json": document });
    const path = join(root, "leaderboard.json");
    assert.equal((await readAnyResult(root)).kind, "leaderboard");
    for (const [name, value] of [
      ["score", null],
      ["accuracy", "high"],
      ["caveats", "none"],
      ["source", "elsewhere"],
    ] as const) {
      writeFileSync(path, document);
      changed(path, ["rows", 2, name], value);
      await assert.rejects(readAnyResult(root), { code: "RESULT_INVALID", input: path });
    }
  });
});
