import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  type ErrorCode,
  ERRORS,
  EXIT_STATUS,
  isErrorCode,
  SpuriousError,
} from "../../../src/errors.js";

describe("the table of errors", () => {
  for (const [code, { kind, meaning, hint }] of Object.entries(ERRORS)) {
    test(`${code} has an exit status, one meaning and one hint`, () => {
      assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      assert.ok(kind in EXIT_STATUS);
      assert.match(meaning, /^\S.*\.$/);
      assert.ok(hint.length > 10);
      assert.equal(new SpuriousError(code as ErrorCode, "x").exitStatus, EXIT_STATUS[kind]);
    });
  }

  test("meanings do not repeat", () => {
    const meanings = Object.values(ERRORS).map(({ meaning }) => meaning);
    assert.equal(new Set(meanings).size, meanings.length);
  });
});

describe("SpuriousError", () => {
  test("carries code, input, hint and cause", () => {
    const cause = new Error("below");
    const error = new SpuriousError("DATA_NOT_FOUND", "reading: x", {
      input: "x",
      hint: "look there",
      cause,
    });
    assert.deepEqual(
      [error.name, error.code, error.input, error.hint, error.cause, error.exitStatus],
      ["SpuriousError", "DATA_NOT_FOUND", "x", "look there", cause, 4],
    );
    assert.deepEqual(error.toJSON(), {
      code: "DATA_NOT_FOUND",
      message: "reading: x",
      hint: "look there",
      input: "x",
    });
  });

  test("has the table's hint and no input unless told otherwise", () => {
    const error = new SpuriousError("OUT_OF_MEMORY", "x");
    assert.equal(error.hint, ERRORS.OUT_OF_MEMORY.hint);
    assert.equal(error.toJSON().input, null);
    assert.ok(!("cause" in error));
  });
});

test("isErrorCode knows the codes of the table and nothing else", () => {
  assert.equal(isErrorCode("INTERNAL"), true);
  for (const other of ["internal", "toString", "", null, 5])
    assert.equal(isErrorCode(other), false);
});
