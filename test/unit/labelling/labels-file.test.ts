import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { lastStanding } from "../../../src/annotation/entries.js";
import { currentAnswers } from "../../../src/labelling/answers.js";
import { labelsText, parseLabels, readLabels } from "../../../src/labelling/labels-file.js";
import { fileTree } from "../../helpers/file-tree.js";
import { answerEntry, labelsHeader } from "../../helpers/labels-files.js";

const TIME = "2026-01-01T00:00:02.000Z";
const ENTRIES = [
  answerEntry(1, "spurious", { note: "a tag, “red”\n<b>" }),
  answerEntry(2, "skip"),
  answerEntry(3, "not spurious", { component: 0 }),
  { n: 4, time: TIME, undo: 3 },
];
const TEXT = labelsText(labelsHeader(), ENTRIES);

const refusal = (message: RegExp) => ({ code: "ARTEFACT_INVALID", message });

describe("a labels file", () => {
  test("is one JSON document with a line for every entry, and reads back as written", () => {
    assert.equal(TEXT.trimEnd().split("\n").length, ENTRIES.length + 2);
    assert.deepEqual((JSON.parse(TEXT) as { entries: unknown }).entries, ENTRIES);
    const { header, entries } = parseLabels("x", TEXT);
    assert.deepEqual([header, entries], [labelsHeader(), ENTRIES]);
    assert.deepEqual(parseLabels("x", labelsText(labelsHeader(), [])).entries, []);
  });

  test("may have been laid out anew by another program", () => {
    const pretty = JSON.stringify(JSON.parse(TEXT), null, 2);
    assert.deepEqual(parseLabels("x", pretty).entries, ENTRIES);
  });

  test("cut anywhere behind its first line, it holds every entry that was whole", () => {
    const bytes = Buffer.from(TEXT);
    const ends = ENTRIES.map(
      (_, i) => Buffer.byteLength(labelsText(labelsHeader(), ENTRIES.slice(0, i + 1))) - 4,
    );
    for (let length = TEXT.indexOf("\n") + 1; length < bytes.length; length++) {
      const { entries } = parseLabels("x", bytes.subarray(0, length).toString("utf8"));
      const whole = ends.filter((end) => end <= length).length;
      assert.deepEqual(entries, ENTRIES.slice(0, whole), `cut at ${length}`);
    }
  });

  test("with zeros for its last line it holds the others", () => {
    const lines = TEXT.split("\n").slice(0, 3);
    const { entries } = parseLabels("x", `${lines.join("\n")}\n${"\0".repeat(60)}`);
    assert.deepEqual(entries, ENTRIES.slice(0, 2));
  });

  test("broken in front of whole entries, it is refused", () => {
    const lines = TEXT.split("\n");
    lines[2] = (lines[2] ?? "").slice(0, 20);
    assert.throws(() => parseLabels("x", lines.join("\n")), refusal(/x: .*a broken line 3/));
  });

  test("of a foreign or newer schema, or of none, it is refused by name", () => {
    const newer = TEXT.replace("labels/1", "labels/2");
    assert.throws(
      () => parseLabels("x", newer),
      refusal(/schema .*labels\/1, got "spurious-native\/labels\/2"/),
    );
    assert.throws(() => parseLabels("x", "{}"), refusal(/schema .*, got none/));
    assert.throws(() => parseLabels("x", "anna,spurious"), refusal(/a JSON document/));
    assert.throws(() => parseLabels("x", ""), refusal(/a JSON document/));
  });

  for (const [what, from, to] of [
    ["an unknown answer", '"not spurious"', '"perhaps"'],
    ["a number out of turn", '"n":2', '"n":7'],
    ["an undo of what comes later", '"undo":3', '"undo":9'],
    ["a negative component", '"component":1', '"component":-1'],
    ["a PCA that is no hash", '"pca":null', '"pca":5'],
    ["an unknown role", '"role":"annotator"', '"role":"boss"'],
    ["no name", '"annotator":"anna"', '"annotator":""'],
  ] as const) {
    test(`with ${what} it is refused`, () => {
      assert.ok(TEXT.includes(from));
      assert.throws(
        () => parseLabels("x", TEXT.replace(from, to)),
        refusal(/reading labels: x: expected/),
      );
    });
  }

  test("that does not exist is refused by name", async (t) => {
    const path = join(fileTree(t, []), "none.json");
    await assert.rejects(readLabels(path), { code: "ARTEFACT_INVALID", input: path });
  });
});

describe("what holds after all entries", () => {
  test("the last answer that was not taken back", () => {
    assert.deepEqual(
      [...currentAnswers(ENTRIES)].map(([key, { answer }]) => [key, answer]),
      [
        ["3:0", "spurious"],
        ["3:1", "skip"],
      ],
    );
    assert.equal(currentAnswers(ENTRIES.slice(0, 3)).get("3:0")?.answer, "not spurious");
  });

  test("an undo goes back one answer further each time", () => {
    assert.equal(lastStanding(ENTRIES)?.n, 2);
    assert.equal(lastStanding([...ENTRIES, { n: 5, time: TIME, undo: 2 }])?.n, 1);
    assert.equal(lastStanding([]), null);
  });
});
