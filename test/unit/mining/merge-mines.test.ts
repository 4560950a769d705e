import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { mergeMines } from "../../../src/mining/merge-mines.js";
import { CANDIDATES_SCHEMA } from "../../../src/mining/write-mine.js";
import { fileTree } from "../../helpers/file-tree.js";
import { minedResult } from "../../helpers/mined-folder.js";
import { namesIn } from "../../helpers/result-files.js";

const CANDIDATE = { id: "a.png", pool: 0, alpha: 1, probability: 0.5, hash: "00112233aabbccdd" };

/** Merges one part, which is the whole, of a pool of one picture. */
function merge(t: TestContext, candidate: object, shard: object = { index: 1, of: 1 }) {
  const components = [[candidate]];
  const root = fileTree(t, {
    "pool/a.png": "a picture",
    "beside.png": "no picture of the pool",
    "part/candidates.json": JSON.stringify({ schema: CANDIDATES_SCHEMA, components }),
  });
  const pools = [{ path: join(root, "pool"), kind: "folder" }];
  const result = { ...minedResult({ components: { 4: 1 } }), pools, shard };
  writeFileSync(join(root, "part/mine.json"), JSON.stringify(result));
  const [part, out] = [join(root, "part"), join(root, "out")];
  return { part, out, merged: mergeMines({ parts: [part], out }) };
}

describe("mergeMines", () => {
  test("copies the images of the lists out of the pool", async (t) => {
    const { out, merged } = merge(t, CANDIDATE);
    const { components } = await merged;
    assert.equal(components[0]?.top[0]?.file, "images/comp_4/0001-a.png");
    assert.deepEqual(namesIn(join(out, "images/comp_4")), ["0001-a.png"]);
  });

  test("an id that leads out of the pool's folder is no image of it", async (t) => {
    const { out, merged } = merge(t, { ...CANDIDATE, id: "../beside.png" });
    const { components } = await merged;
    assert.equal(components[0]?.top[0]?.file, null);
    assert.deepEqual(namesIn(join(out, "images/comp_4")), []);
  });

  for (const [what, change] of [
    ["no hash", { hash: undefined }],
    ["another hash", { hash: "00" }],
    ["an alpha as text", { alpha: "1" }],
    ["no id", { id: null }],
    ["half a byte", { offset: 0.5 }],
  ] as const) {
    test(`a candidate with ${what} is refused by its file's name`, async (t) => {
      const { part, merged } = merge(t, { ...CANDIDATE, ...change });
      const input = join(part, "candidates.json");
      await assert.rejects(merged, { code: "RESULT_INVALID", input });
    });
  }

  test("a part of more parts than there can be is refused, and of very many the first are named", async (t) => {
    await assert.rejects(merge(t, CANDIDATE, { index: 1, of: 1e300 }).merged, {
      code: "RESULT_INVALID",
    });
    await assert.rejects(merge(t, CANDIDATE, { index: 1, of: 900_000_000 }).merged, {
      code: "SHARDS_INCOMPLETE",
      message: /all but 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 \.\.\.$/,
    });
  });
});
