import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { demoModel, demoSpurious, demoTrain, demoVal } from "../../src/demo/demo.js";
import type { ExportedBenchmark } from "../../src/mining/export-benchmark.js";
import type { MineResult } from "../../src/mining/mine-result.js";
import type { EvalResult } from "../../src/results/eval-result.js";
import { answerOf } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { readJsonFile } from "../helpers/mining-pool.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const skip = !existsSync(demoModel()) && "the demo has not been built";
/** Its planted feature is a red tag, which component 0 follows. */
const TEAPOT = 8;

describe("from the PCA to a new benchmark, on the demo", { skip }, () => {
  const root = temporaryFolder();
  const pca = join(root.path, "pca");
  const mined = join(root.path, "mined");

  before(async () => {
    const fit = ["--train", demoTrain(), "--classes", String(TEAPOT), "--components", "4"];
    const pool = join(demoSpurious(), "images");
    const mine = ["--class", "teapot", "--component", "0,1", "--top", "25", "--out", mined];
    for (const args of [
      ["pca", "fit", demoModel(), ...fit, "--out", pca],
      ["mine", pca, ...mine, "--pool", pool, demoVal()],
    ]) {
      const { status, stderr } = await answerOf([...args, "--device", "cpu", "--quiet"]);
      assert.equal(status, 0, stderr);
    }
  });
  after(() => root.remove());

  function minedTop(component: number): string[] {
    const { components } = readJsonFile<MineResult>(join(mined, "mine.json"));
    const found = components.find(({ eigenIndex }) => eigenIndex === component);
    return (found?.top ?? []).map(({ id }) => id);
  }

  async function exported(to: string, keep: string, ...more: string[]) {
    const args = ["mine", "export", mined, "--to", to, "--keep", keep, "--json", ...more];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as ExportedBenchmark;
  }

  test("what was mined for the planted component carries the planted feature", () => {
    assert.ok(minedTop(0).every((id) => id.startsWith("class_spurious_008_teapot_comp_0/red_tag")));
  });

  test("the kept images are a benchmark that eval reads, with the score of these images", async (t) => {
    const to = join(fileTree(t, []), "benchmark");
    const keep = join(root.path, "keep.txt");
    const kept = minedTop(0).slice(3, 20);
    writeFileSync(keep, `${kept.map((id) => `0\t${id}`).join("\n")}\n`);
    const { folders } = await exported(to, keep);
    assert.equal(folders.length, 1);
    const folder = join(to, "images", "class_spurious_008_teapot_comp_0");
    assert.deepEqual(readdirSync(folder), kept.map((id) => id.split("/")[1]).sort());
    assert.deepEqual(
      folders[0]?.images.map(({ id }) => id),
      kept,
    );

    const own = await answerOf([
      ...["eval", demoModel(), "--data", to, "--val", demoVal(), "--device", "cpu", "--json"],
    ]);
    assert.equal(own.status, 0, own.stderr);
    const { classes, counts } = JSON.parse(own.stdout) as EvalResult;
    assert.deepEqual([counts.spurious, counts.val], [17, 24]);
    const [row] = classes;
    assert.deepEqual([classes.length, row?.index, row?.components], [1, TEAPOT, [0]]);
    // They fool the model: all are taken for teapots, and the ranking is worse than by chance.
    assert.equal(row?.fractionSpurious, 1);
    assert.ok(row.ap < 24 / (24 + 17), String(row.ap));
  });

  test("all: every list into its folder, from copies or, without them, from the pools", async (t) => {
    const folder = fileTree(t, []);
    const withCopies = await exported(join(folder, "a"), "all");
    const aside = join(root.path, "aside");
    renameSync(join(mined, "images"), aside);
    t.after(() => renameSync(aside, join(mined, "images")));
    const fromPools = await exported(join(folder, "b"), "all");
    assert.deepEqual(fromPools.folders, withCopies.folders);
    assert.deepEqual(
      withCopies.folders.map(({ eigenIndex, images }) => [eigenIndex, images.length]),
      [
        [0, 25],
        [1, 25],
      ],
    );
    for (const { path, images } of withCopies.folders) {
      for (const { name } of images) {
        const [a, b] = ["a", "b"].map((one) => readFileSync(join(folder, one, path, name)));
        assert.ok(a && b?.equals(a));
      }
    }
  });

  test("an id that was not mined, an empty list, a list that is not there: errors, nothing written", async (t) => {
    const files = fileTree(t, {
      "wrong.txt": `${minedTop(0)[0] ?? ""}\nnobody.jpg\n`,
      "no.txt": "",
    });
    const [only1 = ""] = minedTop(1).filter((id) => !minedTop(0).includes(id));
    writeFileSync(join(files, "component.txt"), `0\t${only1}\n`);
    for (const [keep, status, said] of [
      ["wrong.txt", 2, 'USAGE_INVALID\\]: .*got "nobody.jpg"'],
      ["component.txt", 2, "USAGE_INVALID\\]: .*expected ids of the mined lists"],
      ["no.txt", 2, "USAGE_INVALID\\]: .*expected at least one image to keep, got none"],
      ["missing.txt", 4, "DATA_NOT_FOUND\\]: .*got nothing there"],
    ] as const) {
      const to = join(files, "to");
      const answer = await answerOf([
        "mine",
        "export",
        mined,
        "--to",
        to,
        "--keep",
        join(files, keep),
      ]);
      assert.equal(answer.status, status);
      assert.match(answer.stderr, new RegExp(`^error\\[${said}`, "m"));
      assert.ok(!existsSync(to));
    }
    const foreign = await answerOf([
      "mine",
      "export",
      pca,
      "--to",
      join(files, "to"),
      "--keep",
      "all",
    ]);
    assert.equal(foreign.status, 6);
    assert.match(foreign.stderr, /^error\[RESULT_INVALID\]/m);
  });

  test("images that are gone from copies and pool are an error that names the first", async (t) => {
    const files = fileTree(t, {});
    const document = readJsonFile<MineResult>(join(mined, "mine.json"));
    const gone = { ...document, pools: [{ path: files, kind: "folder" }] };
    const folder = fileTree(t, { "mine.json": JSON.stringify(gone) });
    const to = join(files, "to");
    const answer = await answerOf(["mine", "export", folder, "--to", to, "--keep", "all"]);
    assert.equal(answer.status, 4);
    assert.match(
      answer.stderr,
      /^error\[IMAGE_UNREADABLE\]: reading a mined image: class_spurious_008/m,
    );
    rmSync(to, { recursive: true, force: true });
  });
});
