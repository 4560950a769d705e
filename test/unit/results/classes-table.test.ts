import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "csv-parse/sync";

import { classesCsv } from "../../../src/results/classes-table.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf } from "../../helpers/rows.js";

const rows = randomRows(new Random(62), [94, 0, 134], 6, 8);

describe("classesCsv", () => {
  test("has a line per class with every number of result.json, exactly", () => {
    const { classes } = resultOf(rows, { bootstrap: 50 });
    const lines = parse<Record<string, string>>(classesCsv(classes), { columns: true });
    assert.deepEqual(
      lines.map(({ index, wnid, label }) => [Number(index), wnid, label]),
      classes.map(({ index, wnid, label }) => [index, wnid, label]),
    );
    for (const [i, one] of classes.entries()) {
      const line = lines[i] ?? {};
      assert.deepEqual([Number(line["apCi95Low"]), Number(line["apCi95High"])], one.apCi95);
      assert.deepEqual(
        [Number(line["aurocCi95Low"]), Number(line["aurocCi95High"])],
        one.aurocCi95,
      );
      for (const column of ["ap", "auroc", "meanProbVal", "fractionVal", "nSpurious"] as const) {
        assert.equal(Number(line[column]), one[column], column);
      }
    }
  });

  test("leaves cells empty where there is no interval or no prediction", () => {
    const unknown = rows.map((one) => ({ ...one, predicted: null }));
    const text = classesCsv(resultOf(unknown).classes);
    const [line] = parse<Record<string, string>>(text, { columns: true });
    assert.deepEqual(
      [line?.["apCi95Low"], line?.["aurocCi95High"], line?.["fractionVal"], line?.["components"]],
      ["", "", "", ""],
    );
  });

  test("separates the components of a class by blanks and ends with a newline", () => {
    const [first] = resultOf(rows).classes;
    assert.ok(first);
    const text = classesCsv([{ ...first, components: [17, 29] }]);
    assert.match(text, /^0,n01440764,tench,17 29,/m);
    assert.ok(text.endsWith("\n"));
  });
});
