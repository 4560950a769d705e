import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { entriesText } from "../../../src/annotation/entries-file.js";
import { readKeptImages } from "../../../src/mining/kept-images.js";
import {
  REVIEW_SCHEMA,
  type ReviewAnswer,
  type ReviewHeader,
} from "../../../src/mining/review/review-file.js";
import { fileTree } from "../../helpers/file-tree.js";
import { minedResult } from "../../helpers/mined-folder.js";

const RESULT = minedResult({ components: { 1: 3, 4: 2 } });
const TIME = "2026-01-01T00:00:00.000Z";
const HEADER: ReviewHeader = {
  ...{ schema: REVIEW_SCHEMA, class: 849, pca: "a hash", pools: ["/pools/photos"], created: TIME },
};

function review(
  answers: readonly (readonly [number, string, ReviewAnswer])[],
  header: Partial<ReviewHeader> = {},
): string {
  const entries = answers.map(([component, id, answer], i) => {
    return { n: i + 1, time: TIME, component, pool: 0, id, answer };
  });
  return entriesText({ ...HEADER, ...header }, entries);
}

const SAID = review([
  [1, "photos/1-0.jpg", "not feature"],
  [1, "photos/1-0.jpg", "keep"],
  [1, "photos/1-1.jpg", "contains class"],
  [4, "photos/4-1.jpg", "skip"],
  [4, "photos/gone.jpg", "keep"],
]);

const image = (component: number, id: string, pool = 0) => ({ component, id, pool });

describe("which mined images are kept", () => {
  test("by default those that the review in the folder says, of its last answers", async (t) => {
    const folder = fileTree(t, { "review.json": SAID });
    const kept = await readKeptImages(folder, RESULT, undefined);
    assert.equal(kept.source, join(folder, "review.json"));
    assert.deepEqual(kept.review, {
      ...{ keep: 1, "contains class": 1, "not feature": 0, skip: 1, open: 2 },
    });
    assert.ok(kept.has(image(1, "photos/1-0.jpg")));
    for (const other of [
      image(1, "photos/1-1.jpg"),
      image(4, "photos/1-0.jpg"),
      image(1, "photos/1-0.jpg", 1),
    ])
      assert.ok(!kept.has(other));
  });

  test("those of another review, of a list of ids, or all", async (t) => {
    const folder = fileTree(t, {
      "ben.json": SAID,
      "ids.txt": "\uFEFFphotos/1-2.jpg\r\n\n4\tphotos/4-0.jpg\n",
    });
    const ben = await readKeptImages(folder, RESULT, join(folder, "ben.json"));
    assert.equal(ben.review?.keep, 1);
    const ids = await readKeptImages(folder, RESULT, join(folder, "ids.txt"));
    assert.equal(ids.review, null);
    assert.ok(ids.has(image(1, "photos/1-2.jpg")) && ids.has(image(4, "photos/4-0.jpg")));
    assert.ok(!ids.has(image(1, "photos/4-0.jpg")) && !ids.has(image(1, "photos/1-0.jpg")));
    assert.ok((await readKeptImages(folder, RESULT, "all")).has(image(1, "photos/1-1.jpg")));
  });

  test("without a review nothing is guessed", async (t) => {
    await assert.rejects(readKeptImages(fileTree(t, []), RESULT, undefined), {
      code: "USAGE_INVALID",
      hint: /mine review/,
    });
  });

  test("a review that keeps nothing, is damaged, newer or of other images is refused by name", async (t) => {
    for (const [text, code, message] of [
      [review([[1, "photos/1-0.jpg", "skip"]]), "USAGE_INVALID", /at least one image to keep/],
      [SAID.replace("review/1", "review/2"), "ARTEFACT_INVALID", /schema .*review\/1, got/],
      [SAID.replace('"not feature"', '"perhaps"'), "ARTEFACT_INVALID", /as entry 1/],
      [SAID.replace('"pool":0', '"pool":-1'), "ARTEFACT_INVALID", /as entry 1/],
      [review([], { class: 3 }), "RESUME_MISMATCH", /expected class 849 .*got 3/],
      [review([], { pca: "b" }), "RESUME_MISMATCH", /expected pca "a hash" .*got "b"/],
      [review([], { pools: ["/x"] }), "RESUME_MISMATCH", /expected pools/],
    ] as const) {
      const folder = fileTree(t, { "review.json": text });
      await assert.rejects(readKeptImages(folder, RESULT, undefined), { code, message });
    }
  });
});
