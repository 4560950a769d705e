import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readEvidenceFolder } from "../../../src/labelling/evidence-folder.js";
import { evidenceFiles } from "../../helpers/evidence-files.js";
import { fileTree } from "../../helpers/file-tree.js";
import { MODEL } from "../../helpers/labels-files.js";

const SHAPE = { classes: { 8: "teapot", 3: "fish" }, components: 2 };

describe("reading an evidence folder", () => {
  test("finds complete classes, ascending, with model and PCA", async (t) => {
    const root = await evidenceFiles(t, SHAPE);
    mkdirSync(join(root, "009"));
    mkdirSync(join(root, "labels"));
    const { classes, model } = await readEvidenceFolder(root);
    assert.deepEqual(
      classes.map(({ folder, pca, document }) => [folder, pca, document.label]),
      [
        ["003", "pca of 3", "fish"],
        ["008", "pca of 8", "teapot"],
      ],
    );
    assert.equal(model, MODEL);
  });

  test("no such folder, and one without evidence, are refused by name", async (t) => {
    await assert.rejects(readEvidenceFolder("/nowhere"), {
      code: "DATA_NOT_FOUND",
      input: "/nowhere",
    });
    const root = fileTree(t, ["003/picture.png"]);
    await assert.rejects(readEvidenceFolder(root), { code: "ARTEFACT_INVALID", input: root });
  });

  for (const [what, from, to, message] of [
    ["a newer schema", "evidence/1", "evidence/2", /schema .*evidence\/1, got .*evidence\/2/],
    ["another model in one class", "aaaaaaaa", "bbbbbbbb", /evidence of one model/],
    ["a class twice", '"class":3', '"class":8', /class 8 twice/],
    ["a component without pictures", '"attackImage"', '"other"', /a broken one at 0/],
    ["a component that is no index", '"eigenIndex":0', '"eigenIndex":"0"', /a broken one at 0/],
    ["images without alpha", '"alpha":5', '"alpha":null', /a broken one at 0/],
    ["no label", '"label":"fish"', '"label":7', /a class label/],
    ["half a document", '"synonyms"', "", /schema/],
  ] as const) {
    test(`${what} is refused`, async (t) => {
      const root = await evidenceFiles(t, SHAPE);
      const path = join(root, "003/evidence.json");
      const text = readFileSync(path, "utf8");
      assert.ok(text.includes(from));
      writeFileSync(path, text.replace(from, to));
      await assert.rejects(readEvidenceFolder(root), { code: "ARTEFACT_INVALID", message });
    });
  }

  test("a class that is being made is not there yet", async (t) => {
    const root = await evidenceFiles(t, SHAPE);
    rmSync(join(root, "003/evidence.json"));
    assert.equal((await readEvidenceFolder(root)).classes.length, 1);
  });
});
