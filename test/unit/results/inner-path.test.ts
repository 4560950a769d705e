import assert from "node:assert/strict";
import { test } from "node:test";

import { isInnerPath } from "../../../src/results/inner-path.js";

test("a path is within its folder unless it is absolute or goes up on the way", () => {
  for (const path of ["a", "a/b.png", "..a/b..", "./a"]) assert.ok(isInnerPath(path), path);
  for (const path of ["", "/a", "..", "../a", "a/../../b", "a\\..\\b"]) {
    assert.ok(!isInnerPath(path), path);
  }
});
