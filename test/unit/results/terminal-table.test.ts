import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { plainLabel, terminalTable } from "../../../src/results/terminal-table.js";

const columns = [
  { title: "n", align: "right" },
  { title: "name", align: "left" },
] as const;

describe("terminalTable", () => {
  test("pads cells to the widest, numbers to the right, and leaves no blanks at line ends", () => {
    assert.deepEqual(
      terminalTable(columns, [
        ["7", "a longer one"],
        ["123", "b"],
      ]),
      ["  n  name", "───  ────────────", "  7  a longer one", "123  b"],
    );
  });

  test("paints a cell after it is padded, so that colours do not shift columns", () => {
    const paint = (text: string, at: number, column: number): string =>
      at === 1 && column === 0 ? `<${text}>` : text;
    const rows = [
      ["1", "a"],
      ["22", "b"],
    ];
    assert.deepEqual(terminalTable(columns, rows, paint).slice(2), [" 1  a", "<22>  b"]);
  });

  test("of no rows is a header", () => {
    assert.deepEqual(terminalTable(columns, []), ["n  name", "─  ────"]);
  });
});

test("plainLabel writes labels as people do", () => {
  assert.equal(plainLabel("great_white_shark"), "great white shark");
});
