import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { evalLines, refuseSkipped, warnings } from "../../../src/commands/eval-output.js";
import type { EvalResult, SkippedImage } from "../../../src/results/eval-result.js";
import { makeStyle } from "../../../src/terminal/style.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf } from "../../helpers/rows.js";

const plain = makeStyle(false);
const rows = randomRows(new Random(95), [2, 94], 8, 12);
const result = resultOf(rows, { bootstrap: 60 });

function skipped(path: string, index = 2): SkippedImage {
  return { path, split: "val", class: index, code: "IMAGE_UNREADABLE", message: `bad: ${path}` };
}

/** The result with other counts. */
function counting(counts: Partial<EvalResult["counts"]>): EvalResult {
  return { ...result, counts: { ...result.counts, ...counts } };
}

describe("evalLines", () => {
  test("shows mean, joint, AUROC and a row for each class, numbers under their titles", () => {
    const lines = evalLines(result, plain);
    const text = lines.join("\n");
    const { mean, meanCi95, joint } = result.score;
    assert.ok(meanCi95);
    const interval = `95 % interval ${meanCi95[0].toFixed(3)} – ${meanCi95[1].toFixed(3)}`;
    assert.ok(text.includes(`  mean   ${mean.toFixed(3)}   ${interval}`));
    assert.ok(text.includes(`  joint  ${joint.toFixed(3)}   95 % interval`));
    assert.match(text, /^Images {3}16 validation images, 24 spurious images of 2 classes$/m);
    const [header = "", rule = "", first = ""] = lines.slice(-4);
    assert.match(header, /^class {2}name +score {2}95 % interval +AUROC/);
    assert.match(rule, /^[─ ]+$/);
    assert.match(first, /^ {4}2 {2}/);
  });

  test("without intervals their column is not filled", () => {
    const text = evalLines(resultOf(rows), plain).join("\n");
    assert.doesNotMatch(text, /\d – \d/);
  });

  test("low scores are red where colour is wanted, and nowhere else is any code", () => {
    assert.ok(result.classes.every(({ ap }) => ap < 0.7));
    const reds = evalLines(result, makeStyle(true))
      .join("\n")
      .match(/\u001b\[31m/g);
    assert.equal(reds?.length, 2);
    const good = { ...result, classes: result.classes.map((one) => ({ ...one, ap: 0.9 })) };
    assert.doesNotMatch(evalLines(good, makeStyle(true)).join("\n"), /\u001b\[31m/);
    assert.doesNotMatch(evalLines(result, plain).join("\n"), /\u001b/);
  });
});

describe("warnings", () => {
  test("none where there is nothing to tell", () => {
    const clean = {
      ...result,
      score: { ...result.score, tiedPairs: { withinClasses: 0, joint: 0 } },
    };
    assert.deepEqual(warnings(clean), []);
  });

  test("tell skipped images (ten at most), classes, ignored entries, left out images, ties", () => {
    const texts = warnings(
      counting({
        skipped: Array.from({ length: 12 }, (_, i) => skipped(`${i}.jpg`)),
        unscoredClasses: [{ index: 7, label: "great_auk", reason: "it is extinct" }],
        ignored: [{ split: "val", path: "notes.txt", reason: "not a picture by its ending" }],
        leftOut: 1,
      }),
    );
    assert.equal(texts[0], "[IMAGE_UNREADABLE] bad: 0.jpg");
    assert.equal(texts[10], "2 more images were skipped");
    assert.equal(texts[11], "class 7 (great auk) has no score: it is extinct");
    assert.match(texts[12] ?? "", /^1 entry of the data folders not used/);
    assert.match(
      texts[13] ?? "",
      /^1 validation image of classes without spurious images left out$/,
    );
    assert.match(texts[14] ?? "", /^\d+ pairs of a validation and a spurious image with equal/);
    assert.equal(texts.length, 15);
  });
});

describe("refuseSkipped", () => {
  test("lets as many pass as are allowed", () => {
    refuseSkipped(result, 0);
    refuseSkipped(counting({ skipped: [skipped("a"), skipped("b")] }), 2);
  });

  test("refuses more, and names the first", () => {
    assert.throws(() => refuseSkipped(counting({ skipped: [skipped("a"), skipped("b")] }), 1), {
      code: "IMAGES_SKIPPED",
      message: "reading the images: expected at most 1 unreadable, got 2",
      input: "a",
    });
  });

  test("refuses the loss of a class, however many are allowed", () => {
    const lost = counting({
      skipped: [skipped("a", 7)],
      unscoredClasses: [{ index: 7, label: "auk", reason: "none could be read" }],
    });
    assert.throws(() => refuseSkipped(lost, 100), {
      code: "IMAGES_SKIPPED",
      message: /left 1 class/,
    });
    // A class that the head does not have was not lost to broken files.
    const missing = counting({ unscoredClasses: [{ index: 850, label: "teddy", reason: "head" }] });
    refuseSkipped(missing, 0);
  });
});
