import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { answerOf } from "../../helpers/cli.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";
import { resultOf, row } from "../../helpers/rows.js";

const FILES = [
  "leaderboard.csv",
  "leaderboard.html",
  "leaderboard.json",
  "leaderboard.tex",
  "scatter.png",
  "scatter.svg",
];

describe("writeLeaderboard", () => {
  it("is what `leaderboard --out` does: six files that hold every model", async (t) => {
    const model = { path: "/m.pt", sha256: "00", metadata: { name: "my-net" } };
    const rows = [row({}), row({ path: "s.jpg", split: "spurious", p: 0.1 })];
    const root = fileTree(t, { "mine/result.json": JSON.stringify(resultOf(rows, { model })) });
    const out = join(root, "out");
    const args = ["leaderboard", join(root, "mine"), "--out", out];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^warning: my-net: Its score is of other classes/m);
    assert.match(stdout, /^ +1 {2}> my-net +1\.000$/m);
    assert.deepEqual(namesIn(out), FILES);
    const text = (name: string): string => readFileSync(join(out, name), "utf8");
    assert.equal(text("leaderboard.csv").trimEnd().split("\n").length, 79);
    assert.equal(text("leaderboard.tex").match(/ \\\\$/gm)?.length, 79);
    assert.equal(text("leaderboard.html").match(/<tr><td class="n"/g)?.length, 78);
    assert.ok(text("scatter.svg").includes("my-net 1.000"));
    assert.deepEqual([...readFileSync(join(out, "scatter.png")).subarray(1, 4)], [80, 78, 71]);

    assert.equal((await answerOf(args)).status, 2, "nothing is replaced");
    assert.equal((await answerOf([...args, "--force"])).status, 0);
  });
});
