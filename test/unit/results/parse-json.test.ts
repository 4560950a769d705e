import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { parseJson } from "../../../src/results/parse-json.js";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

describe("parseJson", () => {
  test("gives what JSON.parse gives", () => {
    const document = { a: [1, { b: 'brackets "[[[" and \\ in a text' }], c: null };
    assert.deepEqual(parseJson(JSON.stringify(document)), document);
    assert.throws(() => parseJson("{"), SyntaxError);
  });

  test("what is nested deeper than any document is no JSON, however it ends", () => {
    assert.ok(Array.isArray(parseJson(nested(200))));
    for (const text of [nested(201), nested(50_000), `{"a":${"[".repeat(300)}`]) {
      assert.throws(() => parseJson(text), { name: "SyntaxError", message: /nested deeper/ });
    }
  });

  test("brackets in texts, behind one another and behind escapes do not count", () => {
    const texts = Array.from({ length: 500 }, () => '[\\"{');
    assert.deepEqual(parseJson(JSON.stringify(texts)), texts);
    assert.deepEqual(parseJson(`[${Array(500).fill("[]").join(",")}]`), Array(500).fill([]));
  });
});
