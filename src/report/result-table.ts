import type { EvalResult } from "../results/eval-result.js";
import { SpuriousError } from "../errors.js";
import { plainLabel } from "../results/terminal-table.js";
import type { Interval } from "../scoring/bootstrap.js";
import { type AnyResult, readAnyResult } from "./any-result.js";
import { modelName } from "./names.js";
import { type Table, type TableColumn, type TableFormat, tableText } from "./table-formats.js";

/**
 * The table of a result for a paper or another program: overall scores, then classes ascending.
 * @param path folder of `eval`, `score`, `spufix eval` or `compare`, or its document
 * @throws RESULT_INVALID
 */
export async function resultTable(path: string, format: TableFormat): Promise<string> {
  return tableText(tableOf(await readAnyResult(path)), format);
}

function tableOf(result: AnyResult): Table {
  switch (result.kind) {
    case "eval":
      return evalTable(result.result);
    case "fix": {
      const { before, after, difference } = result.evaluation;
      const overall = (name: "mean" | "joint"): PairedRow => {
        const { value, ci95 } = difference[name];
        return [name, null, before.score[name], after.score[name], value, ci95];
      };
      const classes = difference.classes.map(({ index, label, value, ci95 }, i): PairedRow => {
        const [first, second] = [before.classes[i]?.ap ?? null, after.classes[i]?.ap ?? null];
        return [index, plainLabel(label), first, second, value, ci95];
      });
      return pairedTable(["Before", "After"], [overall("mean"), overall("joint"), ...classes]);
    }
    case "comparison": {
      const { comparison } = result;
      const { first, second } = comparison;
      const overall = (name: "mean" | "joint"): PairedRow => {
        const { ap, apCi95 } = comparison[name];
        return [name, null, first.score[name], second.score[name], ap, apCi95];
      };
      const classes = comparison.classes.map((row): PairedRow => {
        const label = plainLabel(row.label);
        return [row.index, label, row.first, row.second, row.ap, row.apCi95];
      });
      const names = [`A: ${modelName(first)}`, `B: ${modelName(second)}`] as const;
      return pairedTable(names, [overall("mean"), overall("joint"), ...classes]);
    }
    case "leaderboard":
    case "mine":
    case "pca":
    case "evidence":
      throw new SpuriousError(
        "RESULT_INVALID",
        `making a table: ${result.folder}: expected a result with scores, got one of kind ${result.kind}`,
        { input: result.folder, hint: "its folder holds its tables as CSV or JSON" },
      );
  }
}

const CLASS_COLUMNS: readonly TableColumn[] = [
  { title: "Class", name: "class", kind: "text" },
  { title: "Name", name: "label", kind: "text" },
];

const EVAL_COLUMNS: readonly TableColumn[] = [
  ...CLASS_COLUMNS,
  { title: "Score", name: "ap", kind: "score" },
  { title: "95 % interval", name: "apCi95", kind: "interval" },
  { title: "AUROC", name: "auroc", kind: "score" },
  { title: "Mean p, val", name: "meanProbVal", kind: "score" },
  { title: "Mean p, spurious", name: "meanProbSpurious", kind: "score" },
  { title: "Val as class", name: "fractionVal", kind: "share" },
  { title: "Spurious as class", name: "fractionSpurious", kind: "share" },
];

function evalTable({ score, auroc, classes }: EvalResult): Table {
  const none = [null, null, null, null];
  return {
    columns: EVAL_COLUMNS,
    rows: [
      ["mean", null, score.mean, score.meanCi95, auroc.mean, ...none],
      ["joint", null, score.joint, score.jointCi95, auroc.joint, ...none],
      ...classes.map((row) => [
        row.index,
        plainLabel(row.label),
        row.ap,
        row.apCi95,
        row.auroc,
        row.meanProbVal,
        row.meanProbSpurious,
        row.fractionVal,
        row.fractionSpurious,
      ]),
    ],
  };
}

/** Class or name of an overall score, label, both scores, difference and its interval. */
type PairedRow = readonly [
  number | string,
  string | null,
  number | null,
  number | null,
  number,
  Interval | null,
];

function pairedTable([first, second]: readonly [string, string], rows: PairedRow[]): Table {
  return {
    columns: [
      ...CLASS_COLUMNS,
      { title: first, name: "first", kind: "score" },
      { title: second, name: "second", kind: "score" },
      { title: "Difference", name: "difference", kind: "difference" },
      { title: "95 % interval", name: "ci95", kind: "differenceInterval" },
    ],
    rows,
  };
}
