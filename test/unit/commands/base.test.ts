import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  fraction,
  numberTriple,
  oneOf,
  positiveNumber,
  wholeNumber,
} from "../../../src/commands/base.js";

function refusal(expected: string, got: string): object {
  return {
    code: "USAGE_INVALID",
    message: `reading the command line: --x: expected ${expected}, got "${got}"`,
    input: got,
  };
}

describe("values of flags", () => {
  test("wholeNumber takes whole numbers from the least on", () => {
    assert.equal(wholeNumber("--x", "0", 0), 0);
    assert.equal(wholeNumber("--x", "1e3", 1), 1000);
    assert.equal(wholeNumber("--x", undefined, 1), undefined);
    for (const text of ["", " ", "-1", "1.5", "one", "Infinity", "1e300", "9007199254740993"]) {
      assert.throws(
        () => wholeNumber("--x", text, 0),
        refusal("a whole number of at least 0", text),
      );
    }
  });

  test("positiveNumber takes numbers above 0", () => {
    assert.equal(positiveNumber("--x", "0.5"), 0.5);
    assert.equal(positiveNumber("--x", undefined), undefined);
    for (const text of ["0", "-1", "", "NaN", "Infinity", "x"]) {
      assert.throws(() => positiveNumber("--x", text), refusal("a number above 0", text));
    }
  });

  test("fraction takes numbers above 0 and at most 1", () => {
    assert.equal(fraction("--x", "1"), 1);
    assert.equal(fraction("--x", undefined), undefined);
    for (const text of ["0", "1.01", "-0.5", "", "half"]) {
      assert.throws(() => fraction("--x", text), refusal("a number above 0 and at most 1", text));
    }
  });

  test("numberTriple takes three numbers joined by commas", () => {
    assert.deepEqual(numberTriple("--x", "0.1, 0.2,-3e-1"), [0.1, 0.2, -0.3]);
    assert.equal(numberTriple("--x", undefined), undefined);
    for (const text of ["1,2", "1,2,3,4", "1,,3", "a,b,c", "1,2,Infinity", ""]) {
      assert.throws(() => numberTriple("--x", text), refusal("three numbers r,g,b", text));
    }
  });

  test("oneOf takes the words it is given, in that case", () => {
    assert.equal(oneOf("--x", "b", ["a", "b"]), "b");
    assert.throws(() => oneOf("--x", "B", ["a", "b"]), refusal("one of a, b", "B"));
  });
});
