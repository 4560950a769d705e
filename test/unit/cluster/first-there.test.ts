import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { firstThere } from "../../../src/cluster/first-there.js";
import { SpuriousError } from "../../../src/errors.js";

/** Opens the places that are there, and says which were tried. */
function openerOf(there: readonly string[], code: "DATA_NOT_FOUND" | "DATA_LAYOUT") {
  const tried: string[] = [];
  const open = (place: string): Promise<string> => {
    tried.push(place);
    if (there.includes(place)) return Promise.resolve(`opened ${place}`);
    return Promise.reject(new SpuriousError(code, `no ${place}`));
  };
  return { tried, open };
}

describe("firstThere", () => {
  test("takes the first place where data is, and tries none twice", async () => {
    const { tried, open } = openerOf(["c", "d"], "DATA_NOT_FOUND");
    assert.equal(await firstThere(["a", "a", "b", "a", "c", "d"], open), "opened c");
    assert.deepEqual(tried, ["a", "b", "c"]);
  });

  test("where it is nowhere the first place is told", async () => {
    const { open } = openerOf([], "DATA_NOT_FOUND");
    const failing = firstThere(["a", "b"], open);
    await assert.rejects(failing, { code: "DATA_NOT_FOUND", message: "no a" });
  });

  test("data that is there and at fault is told at once", async () => {
    const { tried, open } = openerOf(["b"], "DATA_LAYOUT");
    await assert.rejects(firstThere(["a", "b"], open), { code: "DATA_LAYOUT" });
    assert.deepEqual(tried, ["a"]);
  });
});
