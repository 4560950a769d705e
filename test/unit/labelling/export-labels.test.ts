import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { Answer } from "../../../src/labelling/answers.js";
import { decide } from "../../../src/labelling/decide.js";
import { exportLabels } from "../../../src/labelling/export-labels.js";
import { labelsText } from "../../../src/labelling/labels-file.js";
import { readComponents } from "../../../src/mitigation/components-file.js";
import { answerOf } from "../../helpers/cli.js";
import { fileTree } from "../../helpers/file-tree.js";
import { answerEntry, labelsHeader, labelsOf } from "../../helpers/labels-files.js";

const S = "spurious";
const N = "not spurious";
const I = "inconsistent";
const K = "skip";

/** Component 0: all; 1: two of three; 2: a tie of two; 3: one alone; 4: none; 5: three answers. */
const FILES = {
  "a.json": labelsOf("a", [S, S, S, S, N, S]),
  "b.json": labelsOf("b", [S, S, N, K, N, N]),
  "c.json": labelsOf("c", [S, N, K, K, N, I]),
  "d.json": labelsText(labelsHeader({ annotator: "d", role: "adjudicator" }), [
    answerEntry(1, S, { component: 2 }),
    answerEntry(2, N, { component: 1 }),
    answerEntry(3, K, { component: 5 }),
    answerEntry(4, S, { component: 9 }),
  ]),
};

function judged(...answers: Exclude<Answer, "skip">[]) {
  return { judged: answers.map((judgement) => ({ annotator: "x", judgement, note: "" })) };
}

describe("the judgement that holds", () => {
  test("by majority is that of more than half, unanimously that of all", () => {
    assert.equal(decide(judged(S, S, N), "majority"), S);
    assert.equal(decide(judged(S, N), "majority"), null);
    assert.equal(decide(judged(S, N, I), "majority"), null);
    assert.equal(decide(judged(S, S, N), "unanimous"), null);
    assert.equal(decide(judged(S, S), "unanimous"), S);
    assert.equal(decide(judged(), "unanimous"), null);
  });

  test("is the adjudicator's where there is one", () => {
    assert.equal(decide(judged(S, S, S), "unanimous", N), N);
  });
});

describe("exporting labels", () => {
  const paths = (root: string, names: string) =>
    [...names].map((name) => join(root, `${name}.json`));

  for (const [what, names, rule, expected] of [
    ["by majority", "abc", "majority", [0, 1, 3]],
    ["unanimously", "abc", "unanimous", [0, 3]],
    ["with an adjudicator", "abcd", "majority", [0, 2, 3, 9]],
    ["of one person", "b", "majority", [0, 1]],
  ] as const) {
    test(`${what} writes what spufix fit reads`, async (t) => {
      const root = fileTree(t, FILES);
      const to = join(root, "components.json");
      const exported = await exportLabels({ files: paths(root, names), to, rule });
      assert.deepEqual([...(await readComponents(to))], [[3, expected]]);
      assert.deepEqual(exported.components, { 3: expected });
    });
  }

  test("the table has votes, decision, answers and notes", async (t) => {
    const noted = labelsText(labelsHeader({ annotator: "e" }), [
      answerEntry(1, S, { note: 'a "red" tag, small' }),
    ]);
    const root = fileTree(t, { ...FILES, "e.json": noted });
    const csv = join(root, "labels.csv");
    await exportLabels({ files: paths(root, "bed"), to: join(root, "c.json.out"), csv });
    const lines = readFileSync(csv, "utf8").split("\n");
    assert.deepEqual(lines.slice(0, 4), [
      "class,label,component,spurious,not spurious,inconsistent,adjudicated,decision,b,b note,e,e note",
      '3,fish,0,2,0,0,,spurious,spurious,,spurious,"a ""red"" tag, small"',
      "3,fish,1,1,0,0,not spurious,not spurious,spurious,,,",
      "3,fish,2,0,1,0,spurious,spurious,not spurious,,,",
    ]);
    assert.equal(lines.at(-2), "3,fish,9,0,0,0,spurious,spurious,,,,");
  });

  test("nothing is overwritten without force, and nothing half-written", async (t) => {
    const root = fileTree(t, { ...FILES, "labels.csv": "mine" });
    const request = {
      files: paths(root, "a"),
      to: join(root, "to.json"),
      csv: join(root, "labels.csv"),
    };
    await assert.rejects(exportLabels(request), { code: "OUTPUT_EXISTS" });
    assert.ok(!existsSync(request.to));
    await exportLabels({ ...request, force: true });
    assert.match(readFileSync(request.csv, "utf8"), /^class,/);
  });

  test("two adjudicators are one too many", async (t) => {
    const other = labelsText(labelsHeader({ annotator: "f", role: "adjudicator" }), []);
    const root = fileTree(t, { ...FILES, "f.json": other });
    const request = { files: paths(root, "adf"), to: join(root, "to.json") };
    await assert.rejects(exportLabels(request), { code: "USAGE_INVALID", message: /f\.json/ });
    await assert.rejects(exportLabels({ files: [], to: "x" }), { code: "USAGE_INVALID" });
  });

  test("the command counts, and warns where nothing is spurious", async (t) => {
    const root = fileTree(t, { ...FILES, "n.json": labelsOf("n", [N]) });
    const done = await answerOf([
      "label",
      "export",
      ...paths(root, "abc"),
      "--to",
      join(root, "x"),
    ]);
    assert.deepEqual([done.status, done.stderr], [0, ""]);
    assert.match(done.stdout, /^3 spurious components of 1 class in .*\n.*undecided 2$/m);
    const none = await answerOf(["label", "export", ...paths(root, "n"), "--to", join(root, "y")]);
    assert.equal(none.status, 0);
    assert.match(none.stderr, /^warning: no component is spurious/);
    const wrong = await answerOf([
      "label",
      "export",
      ...paths(root, "n"),
      "--to",
      "z",
      "--rule",
      "any",
    ]);
    assert.equal(wrong.status, 2);
  });
});
