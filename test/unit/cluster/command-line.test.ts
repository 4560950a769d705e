import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { withoutOptions } from "../../../src/cluster/command-line.js";

describe("withoutOptions", () => {
  test("takes out options with their values, in both spellings, and switches", () => {
    const args = ["eval", "m.pt", "--out", "a", "--data=d", "--out=b", "--json", "--seed", "1"];
    const taken = { valued: ["--out"], switches: ["--json"] };
    assert.deepEqual(withoutOptions(args, taken), ["eval", "m.pt", "--data=d", "--seed", "1"]);
  });
});
