import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "csv-parse/sync";

import { csvLine } from "../../../src/results/csv.js";
import { Random } from "../../helpers/random.js";

describe("csvLine", () => {
  test("quotes what needs it and nothing else; null is an empty cell", () => {
    const cells = ["plain", 'say "hi"', "a,b", "two\nlines", "cr\r", null, "", 0.1, -0, 1e-7];
    assert.equal(csvLine(cells), 'plain,"say ""hi""","a,b","two\nlines","cr\r",,,0.1,0,1e-7');
  });

  test("any text and any number read back exactly", () => {
    const random = new Random(61);
    for (let i = 0; i < 200; i++) {
      const texts = Array.from({ length: 4 }, () =>
        Array.from({ length: random.integer(1, 6) }, () => random.pick([..."ab,\"'\n é|;"])).join(
          "",
        ),
      );
      const numbers = [random.next(), Math.fround(random.next()), random.integer(-1000, 1000)];
      const [back] = parse(csvLine([...texts, ...numbers]));
      assert.deepEqual(back?.slice(0, 4), texts);
      assert.deepEqual(back?.slice(4).map(Number), numbers);
    }
  });
});
