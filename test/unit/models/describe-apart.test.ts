import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { describeApart } from "../../../src/models/describe-apart.js";
import { inspectModel } from "../../../src/models/inspect.js";
import { archiveContent, archiveOf } from "../../fuzz/archive-content.js";
import { fileTree } from "../../helpers/file-tree.js";
import { modelFile } from "../../helpers/model-fixtures.js";

/** A model whose program ends libtorch's parser: brackets inside each other without end. */
function deepModel(t: TestContext): string {
  const content = new Map(archiveContent(modelFile("traced-conv.pt")));
  const name = "traced-conv/code/__torch__/test_model_zoo.py";
  const program = Buffer.from(content.get(name) ?? assert.fail()).toString();
  const depth = 200_000;
  const deep = program.replace(
    /return (.*)/,
    (_, value: string) => `return ${"(".repeat(depth)}${value}${")".repeat(depth)}`,
  );
  assert.notEqual(deep, program);
  content.set(name, Buffer.from(deep));
  const path = join(fileTree(t, []), "deep.pt");
  writeFileSync(path, archiveOf(content));
  return path;
}

describe("describeApart", () => {
  test("a file that ends the process that loads it is an error of this one", async (t) => {
    const path = deepModel(t);
    await assert.rejects(inspectModel(path), {
      code: "MODEL_DAMAGED",
      input: path,
      message: /expected a file that libtorch can load, got one that ended the process with SIG/,
      hint: /do not load this file/,
    });
  });

  test("a process that does not end in time is ended", async () => {
    const path = modelFile("traced-conv.pt");
    await assert.rejects(describeApart(path, 1), { code: "MODEL_DAMAGED", message: /SIGKILL/ });
  });

  test("errors of the other process keep their code, hint and file", async () => {
    const path = modelFile("state_dict.pt");
    await assert.rejects(describeApart(path), {
      code: "MODEL_NOT_TORCHSCRIPT",
      input: path,
      hint: /tools\/export_model\.py/,
    });
  });
});
