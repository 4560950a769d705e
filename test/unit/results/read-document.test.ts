import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isNumber, isPartial } from "typanion";

import {
  readDocument,
  requireDocument,
  resultInvalid,
} from "../../../src/results/read-document.js";
import { fileTree } from "../../helpers/file-tree.js";

interface Document {
  readonly schema: "spurious-native/thing/1";
  readonly value: number;
}

test("readDocument gives a document of its schema, null without one, and errors with the file's name", async (t) => {
  const root = fileTree(t, {
    "good.json": '{"schema":"spurious-native/thing/1","value":3}',
    "cut.json": '{"schema":"spurious-na',
    "newer.json": '{"schema":"spurious-native/thing/2"}',
    "null.json": "null",
    "list.json": "[1]",
  });
  mkdirSync(join(root, "folder.json"));
  const read = (name: string) =>
    readDocument<Document>(join(root, name), "spurious-native/thing/1", resultInvalid);
  assert.deepEqual(await read("good.json"), { schema: "spurious-native/thing/1", value: 3 });
  assert.equal(await read("none.json"), null);
  assert.equal(await read("good.json/inside.json"), null);
  for (const [name, message] of [
    ["cut.json", /cut\.json: expected JSON, got /],
    ["newer.json", /expected schema spurious-native\/thing\/1, got "spurious-native\/thing\/2"/],
    ["null.json", /expected schema spurious-native\/thing\/1, got none/],
    ["list.json", /expected schema spurious-native\/thing\/1, got none/],
    ["folder.json", /expected a readable file, got /],
  ] as const) {
    await assert.rejects(read(name), { code: "RESULT_INVALID", message });
  }
});

test("a document that has to be there is refused where it is not, or lacks a field", async (t) => {
  const root = fileTree(t, {
    "good.json": '{"schema":"spurious-native/thing/1","value":3,"more":[]}',
    "text.json": '{"schema":"spurious-native/thing/1","value":"3"}',
    "deep.json": `{"schema":${"[".repeat(9999)}${"]".repeat(9999)}}`,
  });
  const shape = isPartial({ value: isNumber() });
  const read = (name: string) =>
    requireDocument<Document>(join(root, name), "spurious-native/thing/1", shape, resultInvalid);
  assert.equal((await read("good.json")).value, 3);
  for (const [name, message] of [
    ["none.json", /expected a document of schema spurious-native\/thing\/1, got no such file/],
    ["text.json", /expected a whole document, got \.value: expected a number/],
    ["deep.json", /expected JSON, got nested deeper/],
  ] as const) {
    await assert.rejects(read(name), { code: "RESULT_INVALID", input: join(root, name), message });
  }
});
