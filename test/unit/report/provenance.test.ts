import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { provenanceList } from "../../../src/report/provenance.js";
import { textOf } from "../../helpers/markup.js";

describe("provenanceList", () => {
  test("shows every name and value, however deep", () => {
    const document = {
      model: { path: "/m.pt", metadata: { name: "x", mean: [0.485, 0.456] } },
      batch: 16,
      allowed: false,
      nothing: null,
      none: [],
      parts: [{ a: 1 }],
    };
    assert.equal(
      textOf(provenanceList(document).text),
      'model path /m.pt metadata name x mean 0.485, 0.456 batch 16 allowed false nothing – none – parts {"a":1}',
    );
  });

  test("folds long lists and keeps all of their entries", () => {
    const { text } = provenanceList({ classes: Array.from({ length: 1000 }, (_, i) => `c${i}`) });
    assert.match(text, /<details><summary>1,000 entries<\/summary>c0, c1, /);
    assert.match(text, /c999<\/details>/);
  });

  test("takes hostile values for text", () => {
    assert.match(provenanceList({ "<b>": "<script>" }).text, /&lt;b&gt;.*&lt;script&gt;/);
  });
});
