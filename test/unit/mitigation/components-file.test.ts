import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readComponents } from "../../../src/mitigation/components-file.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("readComponents", () => {
  it("knows the 322 published components of 233 classes", async () => {
    const paper = await readComponents("paper");
    assert.equal(paper.size, 233);
    assert.equal(
      [...paper.values()].reduce((sum, list) => sum + list.length, 0),
      322,
    );
    assert.deepEqual(
      [...paper.keys()],
      [...paper.keys()].sort((a, b) => a - b),
    );
  });

  it("reads a plain object and the document of `label export`, sorted and without repetitions", async (t) => {
    const root = fileTree(t, {
      "plain.json": '{"206": [2, 0, 2], "94": [1], "7": []}',
      "export.json": '{"schema": "spurious-native/components/1", "components": {"94": [1]}}',
    });
    assert.deepEqual(
      [...(await readComponents(join(root, "plain.json")))],
      [
        [94, [1]],
        [206, [0, 2]],
      ],
    );
    assert.deepEqual([...(await readComponents(join(root, "export.json")))], [[94, [1]]]);
  });

  const bad: Record<string, string> = {
    "a foreign schema": '{"schema": "spurious-native/components/2", "components": {"94": [1]}}',
    "a list": "[94]",
    "a class that is no index": '{"hummingbird": [1]}',
    "a component that is no index": '{"94": [1.5]}',
    "no component at all": '{"94": []}',
    "broken JSON": '{"94": [1',
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`refuses ${what}`, async (t) => {
      const root = fileTree(t, { "components.json": text });
      await assert.rejects(readComponents(join(root, "components.json")), {
        code: "ARTEFACT_INVALID",
      });
    });
  }

  it("refuses a missing file by name", async () => {
    await assert.rejects(readComponents("nowhere.json"), {
      code: "ARTEFACT_INVALID",
      input: "nowhere.json",
    });
  });
});
