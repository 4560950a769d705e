import { join } from "node:path";
import { Command, Option } from "clipanion";
import { type Tour, tour, tourCommands } from "../demo/tour.js";
import { score, signed } from "../report/format.js";
import { terminalTable } from "../results/terminal-table.js";
import { BaseCommand } from "./base.js";
import { evalLines } from "./eval-output.js";

export class DemoCommand extends BaseCommand {
  static override paths = [["demo"]];
  static override usage = Command.Usage({
    category: "Score",
    description: "the whole method on the embedded demo, whose truth is known",
    details: `
      Scores the demo's classifier, finds the planted features by neural PCA, shows evidence for
      them and takes them out again. Everything is left in a folder to play with.
    `,
    examples: [["Take the tour", "spurious-native demo"]],
  });

  out = Option.String("--out", "results/demo", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });

  async execute(): Promise<number> {
    const { out, force, signal, progress } = this;
    const result = await tour({ out, force, signal, progress });
    this.print(result, () => this.#lines(result));
    this.note(
      `open ${join(out, "eval", "report.html")} and ${join(out, "evidence", "index.html")}`,
    );
    return 0;
  }

  #lines({ score: result, components, fix }: Tour): string[] {
    const { style } = this;
    const found = terminalTable(
      [
        { title: "class", align: "left" },
        { title: "planted feature", align: "left" },
        { title: "eigen index", align: "right" },
        { title: "AUROC of alpha", align: "right" },
        { title: "of the top five images", align: "right" },
      ],
      components.map((row) => [
        `${String(row.class)} ${row.name}`,
        row.feature,
        String(row.eigenIndex),
        score(row.separation),
        `${String(row.taggedOfTopFive)} carry it`,
      ]),
    );
    const planted = new Set(components.map((row) => row.class));
    const mended = terminalTable(
      [
        { title: "class", align: "left" },
        { title: "before", align: "right" },
        { title: "after", align: "right" },
        { title: "difference", align: "right" },
      ],
      fix.difference.classes.flatMap(({ index, label, value }, i) =>
        planted.has(index)
          ? [
              [
                `${String(index)} ${label}`,
                score(fix.before.classes[i]?.ap ?? Number.NaN),
                score(fix.after.classes[i]?.ap ?? Number.NaN),
                signed(value),
              ],
            ]
          : [],
      ),
    );
    const [before = 0, after = 0] = fix.accuracy?.accuracy ?? [];
    return [
      ...evalLines(result, style),
      "",
      style.bold("Neural PCA: which component follows the planted feature"),
      ...found,
      "",
      style.bold("SpuFix: the score of the planted classes without these components"),
      ...mended,
      `accuracy ${(before * 100).toFixed(1)} % before, ${(after * 100).toFixed(1)} % after`,
      "",
      style.bold("To try yourself"),
      ...tourCommands(this.out).map((command) => `  ${command}`),
    ];
  }
}
