import { Command, Option } from "clipanion";
import { type LeaderboardRow, leaderboardRows } from "../comparison/leaderboard.js";
import { writeLeaderboard } from "../comparison/write-leaderboard.js";
import { range, score } from "../report/format.js";
import { terminalTable } from "../results/terminal-table.js";
import { BaseCommand } from "./base.js";

export class LeaderboardCommand extends BaseCommand {
  static override paths = [["leaderboard"]];
  static override usage = Command.Usage({
    category: "Results",
    description: "results beside the 77 published models",
    details: `
      Prints all models by mean spurious score. With \`--out\` it writes leaderboard.json,
      leaderboard.csv, leaderboard.tex, leaderboard.html and the scatter of accuracy against score as SVG and PNG. A
      result of \`spufix eval\` gives a model before and after the fix, with an arrow in the scatter.
    `,
    examples: [
      ["Some results", "spurious-native leaderboard results/* --out leaderboard"],
      ["A model before and after SpuFix", "spurious-native leaderboard results/fixed"],
    ],
  });

  results = Option.Rest({ required: 0, name: "RESULT" });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });

  async execute(): Promise<number> {
    const rows = await leaderboardRows(this.results, {
      onUnfinished: (folder) => this.warn(`${folder} left out: it holds no finished result`),
    });
    if (this.out !== undefined) {
      await writeLeaderboard(rows, this.out, { force: this.force });
      this.note(`the leaderboard is in ${this.out}`);
    }
    for (const { model, caveats } of rows) {
      for (const caveat of caveats) this.warn(`${model}: ${caveat}`);
    }
    this.print(rows, () => lines(rows));
    return 0;
  }
}

function lines(rows: readonly LeaderboardRow[]): string[] {
  return terminalTable(
    [
      { title: "rank", align: "right" },
      { title: "model", align: "left" },
      { title: "pretraining", align: "left" },
      { title: "score", align: "right" },
      { title: "95 % interval", align: "left" },
      { title: "accuracy", align: "right" },
      { title: "score after SpuFix", align: "right" },
    ],
    rows.map((row, i) => [
      String(i + 1),
      row.source === "result" ? `> ${row.model}` : row.model,
      row.pretraining ?? "",
      score(row.score),
      row.scoreCi95 === null ? "" : range(row.scoreCi95),
      row.accuracy?.toFixed(1) ?? "",
      row.fixedScore === null ? "" : score(row.fixedScore),
    ]),
  );
}
