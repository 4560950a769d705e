import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { sealPart } from "../../../src/cluster/part.js";
import { type Shard, WHOLE } from "../../../src/cluster/shard.js";
import { mergeMines } from "../../../src/mining/merge-mines.js";
import { openTask } from "../../../src/mining/prepare-mine.js";
import { surveyPools } from "../../../src/mining/survey.js";
import { CANDIDATES_SCHEMA } from "../../../src/mining/write-mine.js";
import type { Settings } from "../../../src/pca/same-settings.js";
import { fileTree } from "../../helpers/file-tree.js";
import { minedResult } from "../../helpers/mined-folder.js";
import { namesIn } from "../../helpers/result-files.js";

const CANDIDATE = { id: "a.png", pool: 0, alpha: 1, probability: 0.5, hash: "00112233aabbccdd" };

const WORK = { done: 1, unit: "images", seconds: 1 };

/** One part, which is the whole, of a pool of one picture. */
async function onePart(
  t: TestContext,
  candidate: object,
  { shard = WHOLE, settings = {} }: { shard?: Shard; settings?: Settings } = {},
) {
  const document = { schema: CANDIDATES_SCHEMA, copies: true, components: [[candidate]] };
  const root = fileTree(t, {
    "pool/a.png": "a picture",
    "beside.png": "no picture of the pool",
    "part/candidates.json": JSON.stringify(document),
  });
  const pool = join(root, "pool");
  const pools = [{ path: pool, kind: "folder" }];
  const result = { ...minedResult({ components: { 4: 1 } }), pools, shard, settings };
  writeFileSync(join(root, "part/mine.json"), JSON.stringify(result));
  const [part, out] = [join(root, "part"), join(root, "out")];
  await sealPart(part, { command: "mine", shard, settings, work: WORK });
  return { part, pool, out, request: { parts: [part], out } };
}

describe("mergeMines", () => {
  test("copies the images of the lists out of the pool", async (t) => {
    const { out, request } = await onePart(t, CANDIDATE);
    const { components } = await mergeMines(request);
    assert.equal(components[0]?.top[0]?.file, "images/comp_4/0001-a.png");
    assert.deepEqual(namesIn(join(out, "images/comp_4")), ["0001-a.png"]);
  });

  test("an id that leads out of the pool's folder is no image of it", async (t) => {
    const { out, request } = await onePart(t, { ...CANDIDATE, id: "../beside.png" });
    const { components } = await mergeMines(request);
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
      const { part, request } = await onePart(t, { ...CANDIDATE, ...change });
      const input = join(part, "candidates.json");
      await assert.rejects(mergeMines(request), { code: "RESULT_INVALID", input });
    });
  }

  test("a part of more parts than there can be is refused, and of very many the first are named", async (t) => {
    const one = await onePart(t, CANDIDATE, { shard: { index: 1, of: 1e300 } });
    await assert.rejects(mergeMines(one.request), { code: "RESULT_INVALID" });
    const many = await onePart(t, CANDIDATE, { shard: { index: 1, of: 900_000_000 } });
    await assert.rejects(mergeMines(many.request), {
      code: "SHARDS_INCOMPLETE",
      message: /all but 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 \.\.\.$/,
    });
  });

  test("a part whose files are not as they were is refused, and one of another command", async (t) => {
    const { part, request } = await onePart(t, CANDIDATE);
    appendFileSync(join(part, "candidates.json"), " ");
    const code = "SHARDS_INCOMPLETE";
    await assert.rejects(mergeMines(request), {
      code,
      message: /candidates\.json: expected \d+ bytes/,
    });
    await sealPart(part, { command: "eval", shard: WHOLE, settings: {}, work: WORK });
    const message = /expected a part of mine, got one of eval/;
    await assert.rejects(mergeMines(request), { code, message });
  });

  test("pools that hold other images by now are refused", async (t) => {
    const seen = fileTree(t, { "pool/a.png": "a picture" });
    const { hash, imageSizes } = await surveyPools(
      await openTask({ pools: [join(seen, "pool")] }, WHOLE),
    );
    const settings = { images: hash, imageSizes };
    const { pool, request } = await onePart(t, CANDIDATE, { settings });
    await mergeMines(request);
    for (const [name, content] of [
      ["a.png", "a longer picture"],
      ["b.png", "one more"],
    ] as const) {
      writeFileSync(join(pool, name), content);
      await assert.rejects(mergeMines({ ...request, force: true }), {
        code: "SHARDS_INCOMPLETE",
        message: /expected a part of the images that are in the pools now/,
      });
    }
  });

  test("goes on in a folder that a merge which was stopped has left, and in no other", async (t) => {
    const { out, request } = await onePart(t, CANDIDATE);
    const stopping = new AbortController();
    stopping.abort();
    await assert.rejects(mergeMines({ ...request, signal: stopping.signal }), {
      code: "CANCELLED",
      hint: "run the same command again: the parts are as they were",
    });
    mkdirSync(join(out, "images/comp_9"), { recursive: true });
    await mergeMines(request);
    assert.deepEqual(namesIn(join(out, "images")), ["comp_4"]);
    await assert.rejects(mergeMines(request), { code: "OUTPUT_EXISTS" });
  });

  test("copies are kept as the parts were told, or as the merge is", async (t) => {
    const { part, out, request } = await onePart(t, CANDIDATE);
    const document = { schema: CANDIDATES_SCHEMA, copies: false, components: [[CANDIDATE]] };
    writeFileSync(join(part, "candidates.json"), JSON.stringify(document));
    await sealPart(part, { command: "mine", shard: WHOLE, settings: {}, work: WORK });
    await mergeMines(request);
    assert.deepEqual(namesIn(out), ["mine.csv", "mine.json", "report.html"]);
    await mergeMines({ ...request, copies: true, force: true });
    assert.deepEqual(namesIn(out), ["images", "mine.csv", "mine.json", "report.html"]);
  });
});
