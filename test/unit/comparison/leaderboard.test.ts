import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leaderboardPage } from "../../../src/comparison/leaderboard-page.js";
import { leaderboardSvg } from "../../../src/comparison/leaderboard-plot.js";
import {
  leaderboardCsv,
  leaderboardLatex,
  type LeaderboardRow,
  leaderboardRows,
} from "../../../src/comparison/leaderboard.js";

const OWN: LeaderboardRow = {
  model: 'net_1 <script>alert("x")</script> 50%',
  source: "result",
  pretraining: null,
  score: 0.7123456,
  scoreCi95: [0.69, 0.73],
  auroc: 0.8,
  accuracy: null,
  fixedScore: null,
  fixedAccuracy: null,
  folder: "results/net",
};

describe("the leaderboard", () => {
  it("holds the 77 published models, highest score first", async () => {
    const rows = await leaderboardRows([]);
    assert.equal(rows.length, 77);
    assert.ok(rows.every((row, i) => i === 0 || row.score <= rows[i - 1]!.score));
    const robust = rows.find(({ model }) => model === "Rob. ResNet50");
    assert.equal(robust?.score, 0.63);
    assert.equal(robust?.fixedScore, 0.763);
  });

  it("refuses what is no result, by name", async () => {
    await assert.rejects(leaderboardRows(["nowhere"]), { code: "RESULT_INVALID" });
  });

  it("writes a line per model as CSV, quoted", async () => {
    const lines = leaderboardCsv([...(await leaderboardRows([])), OWN])
      .trimEnd()
      .split("\n");
    assert.equal(lines.length, 79);
    assert.match(
      lines[78]!,
      /^78,"net_1 <script>alert\(""x""\)<\/script> 50%",result,,0\.7123456,0\.69,0\.73,/,
    );
  });

  it("escapes what LaTeX would take for commands", () => {
    assert.match(
      leaderboardLatex([OWN]),
      /\\textbf\{net\\_1 <script>alert\("x"\)<\/script> 50\\%\}/,
    );
  });

  it("shows hostile names as text on the page", async () => {
    const page = leaderboardPage([...(await leaderboardRows([])), OWN]);
    assert.ok(!page.includes('<script>alert("x")'));
    assert.match(page, /net_1 &lt;script&gt;/);
    assert.equal(page.match(/<tr><td class="n" data-v=/g)?.length, 78);
  });

  it("draws a point for every published model with a known accuracy", async () => {
    const rows = await leaderboardRows([]);
    const known = rows.filter(({ accuracy }) => accuracy !== null).length;
    const svg = leaderboardSvg(rows);
    for (const colour of ["#0072b2", "#d55e00", "#009e73"]) assert.ok(svg.includes(colour));
    // Three more of the shapes are in the legend.
    const points = svg.match(/<path class="point"/g)?.length ?? 0;
    assert.equal(points, known + 3);
  });
});
