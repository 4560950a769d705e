import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { checkModelArchive } from "../../../src/models/check-archive.js";
import { Engine } from "../../../src/models/engine.js";
import { type ArchiveContent, archiveContent, archiveOf } from "../../fuzz/archive-content.js";
import { fileTree } from "../../helpers/file-tree.js";
import { BROKEN, modelFile, MODELS } from "../../helpers/model-fixtures.js";

const WHOLE = readFileSync(modelFile("traced-conv.pt"));
const CONTENT = archiveContent(modelFile("traced-conv.pt"));

function written(t: TestContext, bytes: Uint8Array): string {
  const path = join(fileTree(t, []), "model.pt");
  writeFileSync(path, bytes);
  return path;
}

/** The archive with one of its files changed, and checksums that are right. */
function withRecord(name: string, change: (bytes: Buffer) => Uint8Array): ArchiveContent {
  const content = new Map(CONTENT);
  content.set(name, change(Buffer.from(content.get(name) ?? assert.fail(name))));
  return content;
}

const refused = (path: string, message: RegExp) => ({
  code: "MODEL_DAMAGED",
  input: path,
  message,
});

describe("checkModelArchive", () => {
  for (const { file } of MODELS) {
    test(`${file} is whole`, async () => {
      await checkModelArchive(modelFile(file));
    });
  }

  test("one bit of a weight is found, by the record's name, before the file is loaded", async (t) => {
    const at = WHOLE.indexOf(CONTENT.get("traced-conv/data/12") ?? assert.fail());
    const bytes = Buffer.from(WHOLE);
    bytes[at + 4000] = (bytes[at + 4000] ?? 0) ^ 1;
    const path = written(t, bytes);
    const message = /checksum d698f0fb of traced-conv\/data\/12, got [0-9a-f]{8}$/;
    await assert.rejects(Engine.load(path, { device: "cpu" }), refused(path, message));
  });

  test("a tensor with fewer bytes than it needs is found, which would end the process", async (t) => {
    const path = written(t, archiveOf(withRecord("traced-conv/data/12", () => Buffer.alloc(16))));
    const message = /expected 9216 bytes of storage 12, got 16 bytes/;
    await assert.rejects(Engine.load(path, { device: "cpu" }), refused(path, message));
  });

  test("a tensor that reaches beyond its storage is found", async (t) => {
    // The first weight is [8, 3, 3, 3]: the pickle has its sides as one byte numbers.
    const sides = Buffer.from([0x28, 0x4b, 8, 0x4b, 3, 0x4b, 3, 0x4b, 3, 0x74]);
    const content = withRecord("traced-conv/data.pkl", (bytes) => {
      const at = bytes.indexOf(sides);
      assert.ok(at > 0);
      bytes[at + 2] = 200;
      return bytes;
    });
    const path = written(t, archiveOf(content));
    const message = /a tensor inside its storage of 216 values, got shape \[200, 3, 3, 3\]/;
    await assert.rejects(checkModelArchive(path), refused(path, message));
  });

  test("records that differ in their case alone are refused: libtorch takes either", async (t) => {
    const content = new Map([...CONTENT, ["traced-conv/DATA/0", Buffer.alloc(864)] as const]);
    const path = written(t, archiveOf(content));
    await assert.rejects(
      checkModelArchive(path),
      refused(path, /one record named data\/0, got two/),
    );
  });

  test("files that are no model archive are left to the loader", async () => {
    for (const { file, code } of BROKEN) {
      if (code !== "MODEL_DAMAGED") await checkModelArchive(modelFile(file));
    }
    await checkModelArchive(modelFile("gone.pt"));
  });
});
