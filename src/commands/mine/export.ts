import { Command, Option } from "clipanion";
import { exportBenchmark } from "../../mining/export-benchmark.js";
import { counted } from "../../report/format.js";
import { terminalTable } from "../../results/terminal-table.js";
import { BaseCommand } from "../base.js";

export class MineExportCommand extends BaseCommand {
  static override paths = [["mine", "export"]];
  static override usage = Command.Usage({
    category: "Mining",
    description: "a benchmark folder of mined images that a person kept",
    details: `
      Writes the images into a folder for each component, named as the published benchmark names
      its own, which \`eval --data\` reads. Takes what \`mine review\` kept. \`--keep\` names another
      review; or a text file with one id on each line, or an eigen index, a tab and an id to keep an
      image for that component only; or \`all\`, which takes images that nobody has looked at.
    `,
    examples: [
      ["What a person kept", "spurious-native mine export mined --to own-benchmark"],
      [
        "What a list of ids names",
        "spurious-native mine export mined --to own-benchmark --keep kept.txt",
      ],
    ],
  });

  mine = Option.String({ name: "MINE" });
  to = Option.String("--to", { required: true, description: "Benchmark folder" });
  keep = Option.String("--keep", {
    description: "A review, a text file of ids, or all; default review.json in the result",
  });
  force = Option.Boolean("--force", false, { description: "Write into a folder that holds files" });

  async execute(): Promise<number> {
    const { mine, to, keep, force, signal } = this;
    const result = await exportBenchmark({ mine, to, keep, force, signal });
    const open = result.review?.open ?? 0;
    if (open > 0) this.warn(`${counted(open, "image")} without an answer left out`);
    this.print(result, () =>
      terminalTable(
        [
          { title: "images", align: "right" },
          { title: "folder", align: "left" },
        ],
        result.folders.map(({ path, images }) => [String(images.length), path]),
      ),
    );
    this.note(`score a model on it: spurious-native eval MODEL --data ${to} --val VAL`);
    return 0;
  }
}
