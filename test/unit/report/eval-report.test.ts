import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { evalReport } from "../../../src/report/eval-report.js";
import { escapeHtml } from "../../../src/report/html.js";
import { buildEvalResult, type EvalResult } from "../../../src/results/eval-result.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { benchmarkRows } from "../../helpers/benchmark-rows.js";
import { elementOf, tagsOf, textOf } from "../../helpers/markup.js";
import { Random } from "../../helpers/random.js";
import { PROVENANCE, randomRows, resultOf, row } from "../../helpers/rows.js";
import { rowsOf, TABLES } from "../../helpers/score-tables.js";

const MODEL = { path: "/models/resnet50.pt", sha256: "c0ffee", metadata: { name: "resnet50.a1" } };
const ROWS = randomRows(new Random(5), [0, 94, 565], 12, 18);
const PIXEL = "data:image/webp;base64,UklGRg==";

describe("evalReport", () => {
  test("is one whole document in the model's name", () => {
    const page = evalReport(resultOf(ROWS, { model: MODEL }), ROWS);
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.match(page, /<title>Spurious score of resnet50\.a1<\/title>/);
    assert.match(page, /<h1>resnet50\.a1<\/h1>/);
    const names = tagsOf(page).map(({ name }) => name);
    for (const landmark of ["nav", "main", "footer", "h1"]) {
      assert.equal(names.filter((name) => name === landmark).length, 1, landmark);
    }
    assert.match(page, /<\/html>\n$/);
  });

  test("every link inside the page has its target, and no id occurs twice", () => {
    const tags = tagsOf(evalReport(resultOf(ROWS), ROWS));
    const ids = tags.flatMap(({ attributes }) => attributes.get("id") ?? []);
    assert.equal(new Set(ids).size, ids.length);
    const targets = tags.flatMap(({ name, attributes }) =>
      name === "a" ? [attributes.get("href") ?? ""] : [],
    );
    assert.ok(targets.length > 6);
    for (const target of targets) assert.ok(ids.includes(target.slice(1)), target);
    const references = tags.flatMap(({ attributes }) => attributes.get("aria-labelledby") ?? []);
    for (const reference of references) assert.ok(ids.includes(reference), reference);
  });

  test("asks for nothing outside of itself", () => {
    const rows = [...ROWS, row({ path: "https://example.org/x.jpg", p: 0 })];
    const images = { thumbnailOf: () => PIXEL };
    const page = evalReport(resultOf(rows, { model: MODEL }), rows, images);
    for (const { name, attributes } of tagsOf(page)) {
      for (const key of ["src", "href", "srcset", "data", "action", "poster"]) {
        const value = attributes.get(key);
        if (value !== undefined) assert.match(value, /^(#|data:)/, `${name} ${key}`);
      }
      const handlers = [...attributes.keys()].filter((key) => key.startsWith("on"));
      assert.deepEqual(handlers, [], name);
    }
    assert.doesNotMatch(page, /@import|url\(|<iframe|<object|<embed/);
    assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;;/);
  });
});

describe("the numbers of a report", () => {
  for (const table of TABLES.filter(({ classes }) => classes.every(({ nVal }) => nVal > 0))) {
    test(`are the result's: ${table.name}`, () => {
      const scored = new Set(table.spurious.map((one) => one.class));
      const rows = rowsOf(table).filter((one) => scored.has(one.class));
      const result = resultOf(rows, { bootstrap: 50 });
      const page = evalReport(result, rows);
      const [ap, auroc] = elementOf(page, "section", "summary")
        .split("<section")
        .slice(-2)
        .map(textOf);
      assert.match(ap ?? "", new RegExp(`Spurious score .* ${result.score.mean.toFixed(3)} `));
      assert.match(ap ?? "", new RegExp(` ${result.score.joint.toFixed(3)} `));
      assert.match(ap ?? "", intervalPattern(result.score.meanCi95));
      assert.match(auroc ?? "", new RegExp(`ROC curve .* ${result.auroc.mean.toFixed(3)} `));
      assert.match(auroc ?? "", intervalPattern(result.auroc.jointCi95));
      for (const one of result.classes) {
        const values = [
          ...elementOf(page, "tr", `row-${one.index}`).matchAll(/data-v="([^"]*)"/g),
        ].map(([, value]) => Number(value));
        assert.deepEqual(values, [
          one.ap,
          one.meanProbVal,
          one.meanProbSpurious,
          one.fractionVal,
          one.fractionSpurious,
          one.auroc,
          one.nVal,
          one.nSpurious,
        ]);
      }
    });
  }

  test("without a bootstrap have no intervals, without predictions no shares", () => {
    const rows = ROWS.map((one) => ({ ...one, predicted: null, predictedProb: null }));
    const page = evalReport(resultOf(rows), rows);
    assert.doesNotMatch(textOf(page), /95 % interval|Predicted as the class:/);
    assert.match(textOf(elementOf(page, "tr", "row-94")), / – – /);
  });

  test("start with the class of the lowest score", () => {
    const result = resultOf(ROWS);
    const page = evalReport(result, ROWS);
    const order = [...page.matchAll(/<tr id="row-(\d+)"/g)].map(([, index]) => Number(index));
    const expected = [...result.classes].sort((a, b) => a.ap - b.ap).map(({ index }) => index);
    assert.deepEqual(order, expected);
    const sections = [...page.matchAll(/<article class="class" id="class-(\d+)"/g)];
    assert.deepEqual(
      sections.map(([, index]) => Number(index)),
      expected,
    );
  });

  test("are placed among the published ones for the full benchmark alone", () => {
    const rows = benchmarkRows(5, 5);
    const result = resultOf(rows);
    const below = textOf(elementOf(evalReport(result, rows), "section", "summary"));
    assert.match(below, /Among the 77 published models Its mean score is higher than that of/);
    assert.match(below, /100 of the 100 classes have other numbers here/);
    assert.doesNotMatch(evalReport(resultOf(ROWS), ROWS), /published models/);
  });
});

function intervalPattern(ci: readonly [number, number] | null): RegExp {
  assert.ok(ci);
  return new RegExp(`95 % interval ${ci[0].toFixed(3)} – ${ci[1].toFixed(3)}`);
}

describe("the pictures of a report", () => {
  const rows = [
    row({ path: "val/lost.jpg", p: 0.01, predicted: 565 }),
    row({ path: "val/sure.jpg", p: 0.9 }),
    row({ path: "spurious/none.jpg", split: "spurious", p: 0.8 }),
    row({ path: "spurious/strong.jpg", split: "spurious", p: 0.99 }),
    row({ path: "spurious/weak.jpg", split: "spurious", p: 0.2, predicted: 94 }),
  ];

  test("are the telling ones first, each with its p and another answer by name", () => {
    const images = {
      thumbnailOf: ({ path }: ImageRow) => (path.includes("none") ? null : PIXEL),
    };
    const page = elementOf(evalReport(resultOf(rows), rows, images), "section", "pictures");
    const alts = tagsOf(page).flatMap(({ attributes }) => attributes.get("alt") ?? []);
    assert.deepEqual(alts, ["strong.jpg", "weak.jpg", "lost.jpg", "sure.jpg"]);
    assert.match(
      textOf(page),
      /surest about 0\.990 no preview 0\.800 0\.200 says hummingbird Validation images it is least sure about 0\.010 says freight car 0\.900$/,
    );
  });

  test("are lists of names where there are none", () => {
    const page = elementOf(evalReport(resultOf(rows), rows), "section", "pictures");
    assert.equal(tagsOf(page).filter(({ name }) => name === "img").length, 0);
    assert.match(textOf(page), /0\.990 spurious\/strong\.jpg 0\.800 spurious\/none\.jpg/);
  });

  test("end with the last that has a thumbnail when fewer were made", () => {
    const images = {
      thumbnailOf: ({ path }: ImageRow) => (/strong|lost/.test(path) ? PIXEL : null),
    };
    const page = elementOf(evalReport(resultOf(rows), rows, images), "section", "pictures");
    assert.equal(tagsOf(page).filter(({ name }) => name === "img").length, 2);
    assert.doesNotMatch(page, /no preview/);
  });
});

describe("hostile names in a report", () => {
  const HOSTILE = `"'></title></script><script>alert(1)</script><img src=x onerror=alert(2)>`;

  test("are text everywhere", () => {
    const rows = [
      row({ path: `val/${HOSTILE}.jpg` }),
      row({ path: `spurious/${HOSTILE}.jpg`, split: "spurious", predicted: 9999 }),
    ];
    const result = buildEvalResult({
      rows,
      classMap: {
        ...imagenet1k(),
        classes: [{ index: 0, wnid: HOSTILE, label: HOSTILE, synonyms: HOSTILE }],
      },
      components: new Map(),
      skipped: [
        { path: HOSTILE, split: "val", class: 0, code: "IMAGE_TRUNCATED", message: HOSTILE },
      ],
      ignored: [{ split: "val", path: HOSTILE, reason: HOSTILE }],
      unscoredClasses: [{ index: 3, label: HOSTILE, reason: HOSTILE }],
      provenance: {
        ...PROVENANCE,
        model: { path: HOSTILE, sha256: HOSTILE, metadata: { name: HOSTILE, [HOSTILE]: HOSTILE } },
        data: { layout: HOSTILE },
        preset: HOSTILE,
      },
    });
    for (const images of [undefined, { thumbnailOf: () => PIXEL }]) {
      const page = evalReport(result, rows, images);
      assert.equal(page.split("<script").length, 2, "scripts");
      assert.equal(page.split("</script").length, 2, "ends of scripts");
      assert.doesNotMatch(page, /<img src=x/);
      assert.ok(page.split(escapeHtml(HOSTILE)).length > 12);
      const known = new Set(["data-v", "data-column", "data-sortable"]);
      for (const { attributes } of tagsOf(page)) {
        for (const key of attributes.keys()) {
          assert.ok(known.has(key) || !/^(on|data-)/.test(key), key);
        }
      }
    }
  });
});

describe("the notes of a report", () => {
  const withCounts = (counts: Partial<EvalResult["counts"]>): EvalResult => {
    const result = resultOf(ROWS);
    return { ...result, counts: { ...result.counts, ...counts } };
  };
  const notesOf = (result: EvalResult): string =>
    textOf(elementOf(evalReport(result, ROWS), "section", "data-notes"));

  test("name skipped images, unscored classes and ignored entries with their reasons", () => {
    const notes = notesOf(
      withCounts({
        skipped: [
          { path: "a/b.jpg", split: "val", class: 94, code: "IMAGE_TRUNCATED", message: "cut off" },
        ],
        unscoredClasses: [{ index: 3, label: "tiger_shark", reason: "nothing left" }],
        ignored: [{ split: "spurious", path: "__MACOSX", reason: "junk" }],
        leftOut: 7,
      }),
    );
    assert.match(
      notes,
      /1 image that could not be read .* a\/b\.jpg validation 94 IMAGE_TRUNCATED cut off/,
    );
    assert.match(notes, /1 class without a score .* tiger shark \(3\) nothing left/);
    assert.match(notes, /1 file or folder that is no part .* __MACOSX spurious junk/);
    assert.match(notes, /7 validation images of classes without spurious images left out/);
  });

  test("say how many more there are when a list is long", () => {
    const ignored = Array.from({ length: 1234 }, (_, i) => ({
      split: "val" as const,
      path: `junk-${i}`,
      reason: "junk",
    }));
    const notes = notesOf(withCounts({ ignored }));
    assert.match(notes, /1,234 files and folders/);
    assert.match(notes, /junk-199 .* and 1,034 more, in result\.json/);
    assert.doesNotMatch(notes, /junk-200/);
  });

  test("say so when there is nothing to note", () => {
    const rows = [row({ p: 0.5 }), row({ path: "s", split: "spurious", p: 0.25 })];
    const notes = textOf(elementOf(evalReport(resultOf(rows), rows), "section", "data-notes"));
    assert.match(notes, /Every image was read and scored/);
    assert.match(
      notesOf(withCounts({})),
      /pairs? of a validation and a spurious image with equal p/,
    );
  });
});
