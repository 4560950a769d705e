import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { withOptions, withoutOptions } from "../../../src/cluster/command-line.js";

describe("withoutOptions", () => {
  test("takes out options with their values, in both spellings, and switches", () => {
    const args = ["eval", "m.pt", "--out", "a", "--data=d", "--out=b", "--json", "--seed", "1"];
    const taken = { valued: ["--out"], switches: ["--json"] };
    assert.deepEqual(withoutOptions(args, taken), ["eval", "m.pt", "--data=d", "--seed", "1"]);
  });

  test("leaves alone what is behind --", () => {
    const args = ["eval", "--out", "a", "--", "--json"];
    const taken = { valued: ["--out"], switches: ["--json"] };
    assert.deepEqual(withoutOptions(args, taken), ["eval", "--", "--json"]);
  });
});

describe("withOptions", () => {
  test("puts options at the end, but before --", () => {
    const own = ["--json", "--threads", "2"];
    assert.deepEqual(withOptions(["eval", "m.pt"], own), ["eval", "m.pt", ...own]);
    const args = ["eval", "--seed", "1", "--", "m.pt"];
    assert.deepEqual(withOptions(args, own), ["eval", "--seed", "1", ...own, "--", "m.pt"]);
  });
});
