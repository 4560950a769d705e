import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { leaderboardPage } from "../../../src/comparison/leaderboard-page.js";
import { leaderboardSvg } from "../../../src/comparison/leaderboard-plot.js";
import {
  leaderboardCsv,
  leaderboardLatex,
  type LeaderboardRow,
  leaderboardRows,
} from "../../../src/comparison/leaderboard.js";
import { publishedScores } from "../../../src/imagenet/facts.js";
import { SPUFIX_EVAL_SCHEMA } from "../../../src/mitigation/fix-evaluation.js";
import { escapeHtml } from "../../../src/report/html.js";
import { FIGURE } from "../../../src/report/plots/figure.js";
import { svgToPng } from "../../../src/report/svg-png.js";
import { benchmarkRows } from "../../helpers/benchmark-rows.js";
import { answerOf } from "../../helpers/cli.js";
import { fileTree } from "../../helpers/file-tree.js";
import { Random } from "../../helpers/random.js";
import { randomRows, resultOf } from "../../helpers/rows.js";

const MODEL = { path: "/m.pt", sha256: "00", metadata: { name: "net" } };
const ROWS = randomRows(new Random(8), [2, 94], 8, 12);

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
  caveats: [],
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

  it("leaves out folders whose run did not finish, by name, unless there is nothing else", async (t) => {
    const root = fileTree(t, {
      "done/result.json": JSON.stringify(resultOf(ROWS, { model: MODEL })),
      "failed/progress.jsonl": "",
    });
    const [done, failed] = [join(root, "done"), join(root, "failed")];
    const unfinished: string[] = [];
    const rows = await leaderboardRows([failed, done], {
      onUnfinished: (folder) => unfinished.push(folder),
    });
    assert.deepEqual(unfinished, [failed]);
    assert.deepEqual(
      rows.flatMap(({ folder }) => folder ?? []),
      [done],
    );
    await assert.rejects(leaderboardRows([failed]), { code: "RESULT_INVALID", message: /failed/ });
    const { status, stderr } = await answerOf(["leaderboard", failed, done]);
    assert.equal(status, 0);
    assert.match(stderr, /^warning: .*failed left out: it holds no finished result$/m);
  });

  it("says which results the published scores do not compare with", async (t) => {
    const full = benchmarkRows(2, 3);
    const root = fileTree(t, {
      "full/result.json": JSON.stringify(resultOf(full, { model: MODEL, preset: "paper-v1" })),
      "part/result.json": JSON.stringify(resultOf(ROWS, { model: MODEL })),
    });
    const rows = await leaderboardRows([join(root, "full"), join(root, "part")]);
    const [complete, partial] = ["full", "part"].map(
      (name) => rows.find(({ folder }) => folder === join(root, name))?.caveats,
    );
    assert.match(complete?.join(" ") ?? "", /other numbers here\. .* with paper-v1\.$/);
    assert.match(partial?.join(" ") ?? "", /of other classes than the published ones/);
    assert.ok(rows.filter(({ caveats }) => caveats.length > 0).length === 2);
    assert.match(leaderboardPage(rows), /<li><b>net<\/b>: Its score is of other classes/);
  });

  it("names the model of a result after a fix so", async (t) => {
    const mended = resultOf(ROWS, { model: MODEL, spufix: { strength: 1 } });
    const root = fileTree(t, { "result.json": JSON.stringify(mended) });
    const names = (await leaderboardRows([root])).map(({ model }) => model);
    assert.ok(names.includes("net after SpuFix"));
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

  it("gives a result of spufix eval as a model before and after", async (t) => {
    const before = resultOf(ROWS, { model: MODEL });
    const after = resultOf(ROWS.map((row) => ({ ...row, p: row.split === "val" ? row.p : 0 })));
    const none = { value: 0, ci95: null };
    const document = {
      ...{ schema: SPUFIX_EVAL_SCHEMA, strength: 1, before, after },
      difference: { mean: none, joint: none, classes: [] },
      accuracy: {
        ...{ root: "/val", images: 10_000, modelClasses: 1000, classes: [] },
        accuracy: [0.8123, 0.8101],
      },
      sideEffects: { of: "all classes", accuracy: [], meanProb: [] },
      doseCurve: [],
    };
    const root = fileTree(t, {
      "fixed/result.json": JSON.stringify(document),
      "unmeasured/result.json": JSON.stringify({ ...document, accuracy: null }),
      "named/result.json": JSON.stringify({ ...document, accuracy: { accuracy: "high" } }),
      "torn/result.json": JSON.stringify({ ...document, after: { schema: before.schema } }),
    });
    const rows = await leaderboardRows([join(root, "fixed"), join(root, "unmeasured")]);
    const own = rows.filter(({ source }) => source === "result");
    assert.deepEqual(
      own.map(({ model, score, fixedScore }) => [model, score, fixedScore]),
      Array.from({ length: 2 }, () => ["net", before.score.mean, after.score.mean]),
    );
    assert.ok(after.score.mean > before.score.mean);
    const accuracies = own.map((row) => [row.accuracy, row.fixedAccuracy]);
    assert.deepEqual(accuracies, [
      [81.23, 81.01],
      [null, null],
    ]);
    for (const broken of ["torn", "named"]) {
      await assert.rejects(leaderboardRows([join(root, broken)]), { code: "RESULT_INVALID" });
    }
    const svg = leaderboardSvg(rows);
    assert.equal(svg.match(/class="model-here"/g)?.length, 1);
    assert.match(svg, /net: accuracy 81\.2 %, score [^<]*, after SpuFix [^<]*, at 81\.0 %/);
    assert.match(svg, />after SpuFix [01]\.\d{3}</, "a line where there is no accuracy");
  });
});

describe("the scatter", () => {
  it("holds the 77 published models exactly where their numbers say", async () => {
    const svg = leaderboardSvg(await leaderboardRows([]));
    const [x, y] = [axisOf(svg, "x"), axisOf(svg, "y")];
    const marks = [
      ...svg.matchAll(
        /<g class="published" transform="translate\(([\d.]+) ([\d.]+)\)"><title>([^<]*): /g,
      ),
    ].map(([, left, top, name = ""]) => ({ name, x: Number(left), y: Number(top) }));
    const arrows = [...svg.matchAll(/class="arrow" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)M/g)].map(
      (match) => match.slice(1).map(Number),
    );
    assert.deepEqual([marks.length, arrows.length], [77, 77]);
    // Positions have one decimal.
    const isScore = (at: number, score: number) => Math.abs(y(at) - score) < 1.5e-4;
    const isAccuracy = (at: number, accuracy: number | null) =>
      accuracy === null ? x(at) > 92 : Math.abs(x(at) - accuracy) < 5e-3;
    for (const row of publishedScores()) {
      // Some names occur more than once, with other training data.
      const at = marks.findIndex(
        (mark) =>
          mark.name === escapeHtml(row.model) &&
          isScore(mark.y, row.score) &&
          isAccuracy(mark.x, row.accuracy),
      );
      const [mark] = at === -1 ? [] : marks.splice(at, 1);
      assert.ok(mark, row.model);
      const arrow = arrows.findIndex(
        ([left, top, fixedX = 0, fixedY = 0]) =>
          left === mark.x &&
          top === mark.y &&
          isScore(fixedY, row.spufix_score) &&
          isAccuracy(fixedX, row.spufix_accuracy),
      );
      assert.notEqual(arrow, -1, `arrow of ${row.model}`);
      arrows.splice(arrow, 1);
    }
    assert.deepEqual([marks, arrows], [[], []]);
  });

  it("has a colour and a shape for each kind of training data", async () => {
    const svg = leaderboardSvg(await leaderboardRows([]));
    for (const colour of ["#0072b2", "#d55e00", "#009e73"]) assert.ok(svg.includes(colour));
    // Three more of the shapes are in the legend.
    assert.equal(svg.match(/<path class="point"/g)?.length, 77 + 3);
  });

  it("becomes a PNG of twice its size", async () => {
    const png = await svgToPng(leaderboardSvg(await leaderboardRows([])));
    const { format, width, height } = await sharp(png).metadata();
    assert.deepEqual([format, width, height], ["png", 2 * FIGURE.width, 2 * FIGURE.height]);
  });
});

/** From positions to values, by the first and the last tick of an axis. */
function axisOf(svg: string, axis: "x" | "y"): (at: number) => number {
  const ticks = [
    ...svg.matchAll(
      new RegExp(`<text class="${axis}-tick"[^>]* ${axis}="([\\d.]+)"[^>]*>([\\d.]+)<`, "g"),
    ),
  ].map(([, at, value]) => [Number(at), Number(value)] as const);
  const [[from = 0, low = 0] = [], [to = 0, high = 0] = []] = [ticks[0], ticks.at(-1)];
  // Names of ticks on the y axis stand a little below their lines.
  const shift = axis === "y" ? 4 : 0;
  return (at) => low + ((at + shift - from) / (to - from)) * (high - low);
}
