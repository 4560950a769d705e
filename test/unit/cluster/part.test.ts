import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { mergeParts } from "../../../src/cluster/merge-parts.js";
import { readPartIfPresent, sealPart } from "../../../src/cluster/part.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";

async function part(t: TestContext, change: (document: Record<string, unknown>) => void) {
  const root = fileTree(t, { "part/a.txt": "abc", "outside.txt": "abc" });
  const folder = join(root, "part");
  const document: Record<string, unknown> = {
    ...(await sealPart(folder, {
      command: "evidence",
      shard: { index: 1, of: 1 },
      settings: { classes: [] },
      work: { done: 1, unit: "classes", seconds: 1 },
    })),
  };
  change(document);
  writeFileSync(join(folder, "part.json"), JSON.stringify(document));
  return { root, folder };
}

describe("part.json", () => {
  test("is read as it was written", async (t) => {
    const { folder } = await part(t, () => undefined);
    const found = await readPartIfPresent(folder);
    assert.deepEqual(Object.keys(found?.document.files ?? {}), ["a.txt"]);
  });

  for (const [what, change, got] of [
    ["an unknown command", { command: "constructor" }, /\.command/],
    ["a number of parts that is none", { shard: { index: 1, of: 1e300 } }, /\.shard\.of/],
    ["work that is no number", { work: { done: "1", unit: "a", seconds: 1 } }, /\.work\.done/],
    ["a file without a hash", { files: { "a.txt": null } }, /\.files/],
    ["no settings", { settings: null }, /\.settings/],
  ] as const) {
    test(`with ${what} is refused by name`, async (t) => {
      const { folder } = await part(t, (document) => Object.assign(document, change));
      await assert.rejects(readPartIfPresent(folder), {
        code: "RESULT_INVALID",
        input: join(folder, "part.json"),
        message: got,
      });
    });
  }

  test("that names a file outside its folder is refused, and nothing is copied out of the result", async (t) => {
    const { root, folder } = await part(t, (document) => {
      const files = document["files"] as Record<string, unknown>;
      files["../outside.txt"] = files["a.txt"];
    });
    const merged = mergeParts({ parts: [folder], out: join(root, "results/merged") });
    await assert.rejects(merged, { code: "RESULT_INVALID", message: /"\.\.\/outside\.txt"/ });
    assert.deepEqual(namesIn(join(root, "results")), []);
    assert.equal(readFileSync(join(root, "outside.txt"), "utf8"), "abc");
  });

  test("a part whose documents name a file that is not there is not ended", async (t) => {
    const { root } = await part(t, () => undefined);
    const folder = join(root, "other");
    const about = {
      command: "pca fit",
      shard: { index: 1, of: 1 },
      settings: {},
      work: { done: 1, unit: "images", seconds: 1 },
    } as const;
    mkdirSync(folder);
    writeFileSync(join(folder, "index.json"), "{}");
    await assert.rejects(sealPart(folder, about, ["index.json", "003.safetensors"]), {
      code: "OUTPUT_WRITE_FAILED",
      message: /003\.safetensors: expected a file that the part's documents name/,
    });
    assert.deepEqual(namesIn(folder), ["index.json"]);
  });
});
