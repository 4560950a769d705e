import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { diagnose } from "../../../src/doctor/diagnose.js";
import { VERSION } from "../../../src/version.js";

describe("diagnose", () => {
  test("names versions, the addon, libtorch, processors, data and cache", async () => {
    const { sections } = await diagnose();
    assert.deepEqual(Object.keys(sections), [
      "Program",
      "Native addon",
      "libtorch",
      "CPU",
      "CUDA",
      "Eigensolvers",
      "Images",
      "Data",
      "Cache",
    ]);
    assert.equal(sections["Program"]?.["version"], VERSION);
    assert.equal(sections["Native addon"]?.["works"], true);
    assert.match(String(sections["Native addon"]["built with torch"]), /^2\.\d+/);
    assert.match(String(sections["libtorch"]?.["version"]), /^2\.\d+/);
    assert.ok(Number(sections["CPU"]?.["threads"]) >= 1);
    assert.match(String(sections["Cache"]?.["size"]), /^\d+\.\d GB$/);
  });

  test("every value is something that can be printed and put into JSON", async () => {
    const diagnosis = await diagnose();
    assert.deepEqual(JSON.parse(JSON.stringify(diagnosis)), diagnosis);
  });
});
