import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { Comparison } from "../../src/comparison/compare.js";
import { writeComparison } from "../../src/comparison/write-comparison.js";
import { evaluateFix } from "../../src/mitigation/evaluate-fix.js";
import type { FixEvaluation } from "../../src/mitigation/fix-evaluation.js";
import type { EvalResult } from "../../src/results/eval-result.js";
import { answerOf } from "../helpers/cli.js";
import { comparedResults } from "../helpers/compared-results.js";
import { type SmallBenchmark, smallBenchmark } from "../helpers/small-benchmark.js";
import { smallFix, smallRequest } from "../helpers/small-fix.js";

interface Evaluated {
  readonly benchmark: SmallBenchmark;
  readonly out: string;
  readonly result: EvalResult;
}

async function evaluated(t: TestContext): Promise<Evaluated> {
  const benchmark = smallBenchmark(t);
  const out = join(benchmark.root, "out");
  const { status, stderr } = await answerOf([...benchmark.evalArgs, "--out", out]);
  assert.equal(status, 0, stderr);
  return { benchmark, out, result: resultIn(out) as EvalResult };
}

async function fixed(t: TestContext): Promise<{ out: string; evaluation: FixEvaluation }> {
  const benchmark = smallBenchmark(t);
  const out = join(benchmark.root, "fixed");
  await evaluateFix({ ...smallRequest(benchmark), fix: await smallFix(benchmark), out });
  return { out, evaluation: resultIn(out) as FixEvaluation };
}

async function compared(t: TestContext): Promise<{ out: string; comparison: Comparison }> {
  const { root, comparison } = await comparedResults(t, { pictures: 3 });
  const out = join(root, "compared");
  await writeComparison(comparison, out);
  return { out, comparison };
}

function resultIn(out: string): unknown {
  return JSON.parse(readFileSync(join(out, "result.json"), "utf8"));
}

async function report(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf(["report", ...args]);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function refusal(...args: readonly string[]): Promise<string> {
  const { status, stderr } = await answerOf(["report", ...args]);
  assert.notEqual(status, 0);
  return stderr;
}

describe("report", () => {
  test("writes every page as the command that made the result did", async (t) => {
    const { out } = await evaluated(t);
    const pages = [
      join(out, "report.html"),
      join((await fixed(t)).out, "report.html"),
      join((await compared(t)).out, "compare.html"),
    ];
    for (const page of pages) {
      const folder = join(page, "..");
      const before = readFileSync(page, "utf8");
      rmSync(page);
      assert.equal(await report(folder), `${page}\n`);
      assert.equal(readFileSync(page, "utf8"), before);
    }
    assert.match(readFileSync(pages[0] ?? "", "utf8"), /src="data:image\/webp/);
  });

  test("leaves a page that is there alone, unless it is forced", async (t) => {
    const { out } = await evaluated(t);
    const page = join(out, "report.html");
    const before = readFileSync(page, "utf8");
    writeFileSync(page, "of a person");
    const told = await answerOf(["report", out]);
    assert.equal(told.stdout, `${page}\n`);
    assert.match(told.stderr, /there already; --force/);
    assert.equal(readFileSync(page, "utf8"), "of a person");
    await report(out, "--force");
    assert.equal(readFileSync(page, "utf8"), before);
  });

  test("--to writes the page elsewhere, and replaces nothing unasked", async (t) => {
    const { benchmark, out } = await evaluated(t);
    const to = join(benchmark.root, "page.html");
    const document = JSON.parse(await report(out, "--to", to, "--json")) as unknown;
    assert.deepEqual(document, { file: to, written: true, gone: 0 });
    assert.equal(readFileSync(to, "utf8"), readFileSync(join(out, "report.html"), "utf8"));
    for (const format of ["html", "csv"]) {
      assert.match(await refusal(out, "--to", to, "--format", format), /error\[OUTPUT_EXISTS\]/);
    }
    await report(out, "--to", to, "--format", "csv", "--force");
    assert.match(readFileSync(to, "utf8"), /^class,label,ap,/);
  });

  test("does without pictures that are gone, and says so", async (t) => {
    const { benchmark, out } = await evaluated(t);
    renameSync(benchmark.val, `${benchmark.val}-moved`);
    const { status, stderr } = await answerOf(["report", out, "--force"]);
    assert.equal(status, 0);
    assert.match(stderr, /warning: 12 pictures are not in the data folders/);
    const page = readFileSync(join(out, "report.html"), "utf8");
    assert.match(page, /src="data:image\/webp/);
    renameSync(benchmark.data, `${benchmark.data}-moved`);
    assert.match((await answerOf(["report", out, "--force"])).stderr, /warning: 27 pictures/);
    assert.doesNotMatch(readFileSync(join(out, "report.html"), "utf8"), /src="data:image\/webp/);
  });

  test("refuses what is no such result", async (t) => {
    const { out } = await evaluated(t);
    const file = join(out, "result.json");
    for (const [text, message] of [
      ['{"schema": "spurious-native/eval/2"}', /eval\/2/],
      ['{"schema": "spurious-native/comparison/1"}', /got \.first: expected an object/],
      ["{", /JSON/],
    ] as const) {
      writeFileSync(file, text);
      const stderr = await refusal(out, "--force");
      assert.match(stderr, /^error\[RESULT_INVALID\]/);
      assert.match(stderr, message);
    }
    assert.match(await refusal(join(out, "nothing")), /^error\[RESULT_INVALID\]/);
    assert.match(await refusal(out, "--format", "pdf"), /USAGE_INVALID.*--format/);
  });
});

describe("report --format", () => {
  test("csv has every digit of the overall scores and the classes", async (t) => {
    const { out, result } = await evaluated(t);
    const [header, ...lines] = (await report(out, "--format", "csv")).trimEnd().split("\n");
    assert.equal(
      header,
      "class,label,ap,apCi95Low,apCi95High,auroc,meanProbVal,meanProbSpurious,fractionVal,fractionSpurious",
    );
    const { score, auroc, classes } = result;
    const first = ["mean", "", score.mean, ...score.meanCi95!, auroc.mean, "", "", "", ""];
    assert.equal(lines[0], first.join(","));
    assert.ok(lines[1]?.startsWith(`joint,,${String(score.joint)},`));
    assert.equal(lines.length, 2 + classes.length);
    const one = classes[1]!;
    const cells = [one.index, one.label, one.ap, ...one.apCi95!, one.auroc];
    const rest = [one.meanProbVal, one.meanProbSpurious, one.fractionVal, one.fractionSpurious];
    assert.equal(lines[3], [...cells, ...rest].join(","));
  });

  test("latex is a booktabs table with nothing that LaTeX would stumble over", async (t) => {
    const { out, result } = await evaluated(t);
    const file = join(out, "result.json");
    const [one, ...others] = result.classes;
    const classes = [{ ...one!, label: "50_%_&_more" }, ...others];
    writeFileSync(file, JSON.stringify({ ...result, classes }));
    const table = await report(out, "--format", "latex");
    assert.match(table, /^\\begin\{tabular\}\{llrrrrrrr\}\n {2}\\toprule\n/);
    assert.match(table, /\n {2}\\bottomrule\n\\end\{tabular\}\n$/);
    assert.match(
      table,
      /^ {2}0 & 50 \\% \\& more & \d\.\d{3} & \d\.\d{3} -- \d\.\d{3} & .* \\\\$/m,
    );
    assert.ok(table.includes(`  mean &  & ${result.score.mean.toFixed(3)} & `));
    assert.equal(table.match(/(?<!\\)%/g), null);
    const counts = table.split("\n").filter((line) => line.endsWith("\\\\"));
    for (const line of counts) assert.equal(line.match(/(?<!\\)&/g)?.length, 8, line);
  });

  test("markdown has a row of scores before and after a fix", async (t) => {
    const { out, evaluation } = await fixed(t);
    const lines = (await report(out, "--format", "markdown")).trimEnd().split("\n");
    assert.equal(lines[0], "| Class | Name | Before | After | Difference | 95 % interval |");
    assert.equal(lines[1], "| :-- | :-- | --: | --: | --: | --: |");
    const { before, after, difference } = evaluation;
    const [low, high] = difference.mean.ci95!;
    const signed = (value: number): string =>
      `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
    assert.equal(
      lines[2],
      `| mean |  | ${before.score.mean.toFixed(3)} | ${after.score.mean.toFixed(3)} | ${signed(difference.mean.value)} | ${signed(low)} – ${signed(high)} |`,
    );
    assert.equal(lines.length, 4 + before.classes.length);
  });

  test("of a comparison names both models; --json wraps the text", async (t) => {
    const { out, comparison } = await compared(t);
    const json = await report(out, "--format", "csv", "--json");
    const { format, table } = JSON.parse(json) as { format: string; table: string };
    assert.equal(format, "csv");
    const { ap, apCi95 } = comparison.joint;
    const { first, second } = comparison;
    const cells = [first.score.joint, second.score.joint, ap, ...apCi95!];
    assert.ok(table.split("\n").includes(`joint,,${cells.join(",")}`));
    assert.match(await report(out, "--format", "markdown"), /\| A: first \| B: second \|/);
  });
});
