import assert from "node:assert/strict";
import { test } from "node:test";

import { expandBraces } from "../../../src/sources/brace-pattern.js";

test("expandBraces counts, lists and multiplies as a shell does", () => {
  for (const [pattern, names] of [
    ["a.tar", ["a.tar"]],
    ["s-{008..011}.tar", ["s-008.tar", "s-009.tar", "s-010.tar", "s-011.tar"]],
    ["s-{8..10}.tar", ["s-8.tar", "s-9.tar", "s-10.tar"]],
    ["{3..1}", ["3", "2", "1"]],
    ["{a,b}-{0..1}", ["a-0", "a-1", "b-0", "b-1"]],
    ["{a,}.tar", ["a.tar", ".tar"]],
    ["{a}{}{..}.tar", ["{a}{}{..}.tar"]],
  ] as const) {
    assert.deepEqual(expandBraces(pattern), names);
  }
});

test("expandBraces refuses more names than anybody means", () => {
  for (const pattern of ["{0..99999999999}", "{0..1999}-{0..1999}"]) {
    assert.throws(() => expandBraces(pattern), { code: "USAGE_INVALID" });
  }
});
