import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { leaderboardRows } from "../../src/comparison/leaderboard.js";
import { writeLeaderboard } from "../../src/comparison/write-leaderboard.js";
import { answerOf } from "../helpers/cli.js";
import { evidenceFiles } from "../helpers/evidence-files.js";
import { fileTree } from "../helpers/file-tree.js";
import { minedFolder } from "../helpers/mined-folder.js";
import { fitPaintedPca } from "../helpers/mining-pool.js";

/** Runs `report` on a folder; gives the page. */
async function reported(folder: string, name: string, ...more: string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf(["report", folder, ...more]);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, `${join(folder, name)}\n`);
  return readFileSync(join(folder, name), "utf8");
}

async function leaderboard(t: TestContext): Promise<string> {
  const folder = join(fileTree(t, []), "board");
  await writeLeaderboard(await leaderboardRows([]), folder);
  return folder;
}

describe("report, of the other commands that have a page", () => {
  test("a leaderboard's page is written again as it was", async (t) => {
    const folder = await leaderboard(t);
    const before = readFileSync(join(folder, "leaderboard.html"), "utf8");
    rmSync(join(folder, "leaderboard.html"));
    assert.equal(await reported(folder, "leaderboard.html"), before);
  });

  test("evidence: all classes of the folder", async (t) => {
    const folder = await evidenceFiles(t, { classes: { 3: "fish", 8: "teapot" }, components: 2 });
    const page = await reported(folder, "index.html");
    assert.match(page, /<title>Evidence for 4 components of 2 classes<\/title>/);
    assert.match(page, /src="008\/component-001-attack\.png"/);
    const own = await answerOf(["report", join(folder, "008/evidence.json")]);
    assert.equal(own.stdout, `${join(folder, "index.html")}\n`);
  });

  test("mined images: with what copies and pools still hold, and the rest told", async (t) => {
    const folder = await minedFolder(t, { components: { 1: 3, 4: 2 } });
    const page = await reported(folder, "report.html");
    assert.equal(page.match(/src="data:image\/webp/g)?.length, 5);
    rmSync(join(folder, "images/4-1.jpg"));
    const { stderr } = await answerOf(["report", folder, "--force"]);
    assert.match(stderr, /warning: 1 picture is not in the data folders/);
    const rest = readFileSync(join(folder, "report.html"), "utf8");
    assert.equal(rest.match(/src="data:image\/webp/g)?.length, 4);
  });

  test("a PCA: the spectrum of every class", async (t) => {
    const { pca } = await fitPaintedPca(fileTree(t, []));
    const page = await reported(pca, "report.html");
    assert.match(page, /<title>Neural PCA of 2 classes<\/title>/);
    assert.equal(page.match(/<tr><th scope="row" class="n">/g)?.length, 12);
    assert.match(page, /<dt>sha256<\/dt>/);
  });

  test("they have no table of scores, and a folder of nothing is no result", async (t) => {
    const { status, stderr } = await answerOf([
      ...["report", await leaderboard(t), "--format", "csv"],
    ]);
    assert.equal(status, 6);
    assert.match(
      stderr,
      /^error\[RESULT_INVALID\]: making a table: .*expected a result with scores/,
    );
    const folder = fileTree(t, { "008/": "" });
    assert.match((await answerOf(["report", folder])).stderr, /^error\[RESULT_INVALID\]/);
    writeFileSync(join(folder, "mine.json"), '{"schema":"spurious-native/mine/9"}');
    assert.match((await answerOf(["report", folder])).stderr, /RESULT_INVALID.*mine\/9/);
  });
});
