import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { nameModels, readModelList } from "../../../src/evaluation/model-list.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("readModelList", () => {
  test("reads a path on each line, without comments, blank lines and ends of other systems", async (t) => {
    const text = "\uFEFF# all of them\r\na.pt\r\n\r\n  b c.pt  # slow\r\n#d.pt\r\ne#f.pt";
    const file = join(fileTree(t, { "models.txt": text }), "models.txt");
    assert.deepEqual(await readModelList(file), ["a.pt", "b c.pt", "e#f.pt"]);
  });

  test("refuses a list that is missing or names nothing", async (t) => {
    const file = join(fileTree(t, { "models.txt": "# none\n" }), "models.txt");
    await assert.rejects(readModelList(file), { code: "USAGE_INVALID", message: /got none$/ });
    await assert.rejects(readModelList(`${file}.txt`), {
      code: "USAGE_INVALID",
      message: /got no such file$/,
    });
  });
});

describe("nameModels", () => {
  const names = (...paths: string[]) => nameModels(paths).map(({ name }) => name);

  test("a model is called after its file", () => {
    assert.deepEqual(names("models/resnet50.a1_in1k.pt", "vit.pt"), ["resnet50.a1_in1k", "vit"]);
  });

  test("files of one name are told apart by folder, whatever their order", () => {
    assert.deepEqual(names("a/model.pt", "b/model.pt", "c.pt"), ["a-model", "b-model", "c"]);
    assert.deepEqual(names("c.pt", "b/model.pt", "a/model.pt"), ["c", "b-model", "a-model"]);
  });

  test("where that is not enough, by number", () => {
    assert.deepEqual(names("x/a/model.pt", "y/a/model.pt", "a-model.pt"), [
      "a-model",
      "a-model-2",
      "a-model-3",
    ]);
  });

  test("a path that ends in no name is no other place than the folder of its result", () => {
    for (const path of ["/", "..", "a/..", "."]) assert.deepEqual(names(path), ["model"], path);
    assert.deepEqual(names("/a/b/..", "/b/model.pt"), ["-model", "b-model"]);
  });

  test("a file given twice counts once", () => {
    assert.deepEqual(nameModels(["a.pt", "./a.pt", "b.pt"]), [
      { name: "a", model: "a.pt" },
      { name: "b", model: "b.pt" },
    ]);
  });
});
