import { Command, Option } from "clipanion";
import { counted } from "../report/format.js";
import { resultTable } from "../report/result-table.js";
import { TABLE_FORMATS, type TableFormat } from "../report/table-formats.js";
import { writeReport } from "../report/write-report.js";
import { writeFileAtomic } from "../results/atomic.js";
import { refuseExisting } from "../results/result-folder.js";
import { BaseCommand, oneOf } from "./base.js";

const FORMATS = ["html", ...TABLE_FORMATS] as const;

export class ReportCommand extends BaseCommand {
  static override paths = [["report"]];
  static override usage = Command.Usage({
    category: "Results",
    description: "the page of a result, or its table for a paper",
    details: `
      Takes a result of \`eval\`, \`score\`, \`spufix eval\`, \`compare --out\`, \`leaderboard --out\`,
      \`mine\`, \`pca fit\` or \`evidence\`. Prints the path of its HTML page, which is written where it
      is missing; \`--force\` writes it again and \`--to\` writes it anywhere, with the pictures that
      the data folders still hold. \`--format latex\`, \`markdown\` or \`csv\` prints scores as a table
      instead: overall, then by class; CSV has every digit.
    `,
    examples: [
      ["Where the page is", "spurious-native report results/resnet50"],
      ["The page at another place", "spurious-native report results/resnet50 --to page.html"],
      ["A table for LaTeX", "spurious-native report results/resnet50 --format latex"],
    ],
  });

  result = Option.String({ name: "RESULT" });
  to = Option.String("--to", { description: "File to write" });
  format = Option.String("--format", "html", { description: "html, latex, markdown or csv" });
  force = Option.Boolean("--force", false, { description: "Replace the file" });

  async execute(): Promise<number> {
    const format = oneOf("--format", this.format, FORMATS);
    await (format === "html" ? this.#page() : this.#table(format));
    return 0;
  }

  async #page(): Promise<void> {
    const { result, to, force, signal } = this;
    const report = await writeReport({ result, to, force, signal });
    if (report.gone > 0) {
      this.warn(
        `${counted(report.gone, "picture is", "pictures are")} not in the data folders that the result names: the page does without`,
      );
    }
    if (!report.written) this.note("the page was there already; --force writes it again");
    this.print(report, () => [report.file]);
  }

  async #table(format: TableFormat): Promise<void> {
    const { to, force } = this;
    if (to !== undefined) await refuseExisting(to, force);
    const table = await resultTable(this.result, format);
    if (to !== undefined) await writeFileAtomic(to, table);
    this.print(to === undefined ? { format, table } : { format, file: to }, () => [
      to ?? table.trimEnd(),
    ]);
  }
}
