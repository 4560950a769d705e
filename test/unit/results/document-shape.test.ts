import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as t from "typanion";

import { shapeFault } from "../../../src/results/document-shape.js";

const SHAPE = t.isPartial({
  name: t.isString(),
  rows: t.isArray(t.isPartial({ n: t.isNumber() })),
});

describe("shapeFault", () => {
  test("is null for a whole document, whatever else is in it", () => {
    assert.equal(shapeFault({ name: "a", rows: [{ n: 1, more: true }], more: null }, SHAPE), null);
  });

  test("names the first field that is of another kind, by its place", () => {
    assert.match(
      shapeFault({ name: "a", rows: [{ n: 1 }, { n: "1" }] }, SHAPE) ?? "",
      /rows\[1\]\.n: expected a number \(got "1"\)/,
    );
  });

  test("names a field that is missing", () => {
    assert.match(
      shapeFault({ rows: [] }, SHAPE) ?? "",
      /name: expected a string \(got undefined\)/,
    );
  });

  test("says what stands in a document's place", () => {
    assert.match(shapeFault(null, SHAPE) ?? "", /got null/);
  });
});
