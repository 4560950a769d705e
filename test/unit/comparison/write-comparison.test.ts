import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writeComparison } from "../../../src/comparison/write-comparison.js";
import { answerOf } from "../../helpers/cli.js";
import { comparedResults } from "../../helpers/compared-results.js";
import { textOf } from "../../helpers/markup.js";
import { namesIn } from "../../helpers/result-files.js";

describe("writeComparison", () => {
  it("writes the document and a page with its numbers", async (t) => {
    const { root, comparison } = await comparedResults(t, { names: ["resnet50", "convnext"] });
    const out = join(root, "out");
    await writeComparison(comparison, out);
    assert.deepEqual(namesIn(out), ["compare.html", "compare.json"]);
    const document: unknown = JSON.parse(readFileSync(join(out, "compare.json"), "utf8"));
    assert.deepEqual(document, JSON.parse(JSON.stringify(comparison)));
    const page = textOf(readFileSync(join(out, "compare.html"), "utf8"));
    const { mean, first, second } = comparison;
    assert.ok(mean.ap > 0);
    assert.match(page, new RegExp(`resnet50 and convnext .* difference \\+${mean.ap.toFixed(3)} `));
    assert.match(
      page,
      new RegExp(` A ${first.score.mean.toFixed(3)} B ${second.score.mean.toFixed(3)} `),
    );
  });

  it("finds pictures in the folders of either result, and says which are gone", async (t) => {
    const { root, comparison } = await comparedResults(t, { pictures: 5 });
    const moved = { ...comparison.first.provenance, data: { spurious: "/moved", val: "/moved" } };
    const { gone } = await writeComparison(
      { ...comparison, first: { ...comparison.first, provenance: moved } },
      join(root, "out"),
    );
    assert.deepEqual(gone, comparison.images.slice(5));
    const page = readFileSync(join(root, "out", "compare.html"), "utf8");
    assert.equal(page.match(/src="data:image\/webp/g)?.length, 5);
    for (const { path } of gone) assert.ok(page.includes(path), path);
  });

  it("does not replace what is there unless it is forced", async (t) => {
    const { root, comparison } = await comparedResults(t);
    const out = join(root, "out");
    await writeComparison(comparison, out);
    await assert.rejects(writeComparison(comparison, out), { code: "OUTPUT_EXISTS" });
    await writeComparison(comparison, out, { force: true });
  });

  it("is what `compare --out` does, which warns of pictures that are gone", async (t) => {
    const { root, first, second } = await comparedResults(t, { pictures: 2 });
    const out = join(root, "out");
    const args = ["compare", first, second, "--bootstrap", "20", "--images", "6", "--out", out];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^mean +0\.\d{3} +0\.\d{3} +\+0\.\d{3} /m);
    assert.match(stderr, /^warning: 4 changed images are not in the data folders/m);
    assert.deepEqual(namesIn(out), ["compare.html", "compare.json"]);
    const again = await answerOf(args);
    assert.equal(again.status, 2);
    assert.match(again.stderr, /error\[OUTPUT_EXISTS\]/);
  });
});
