import { Command } from "clipanion";
import { listModels, type ModelList } from "../../models/import/list-models.js";
import { count, score } from "../../report/format.js";
import { terminalTable } from "../../results/terminal-table.js";
import { BaseCommand } from "../base.js";

export class ModelsListCommand extends BaseCommand {
  static override paths = [["models", "list"]];
  static override usage = Command.Usage({
    category: "Models",
    description: "published models, and what can be imported",
    details: `
      Prints the 77 models whose accuracy and spurious score were published, with and without
      SpuFix, by score; then the architectures and presets of \`models import\`. The first column is
      the name in timm, which \`tools/export_model.py\` takes.
    `,
    examples: [["All of them", "spurious-native models list"]],
  });

  execute(): Promise<number> {
    const list = listModels();
    this.print(list, () => [
      ...published(list),
      "",
      "Architectures of `models import` (parameters with 1000 classes)",
      ...importable(list),
    ]);
    return Promise.resolve(0);
  }
}

function published({ published: rows }: ModelList): string[] {
  return terminalTable(
    [
      { title: "model", align: "left" },
      { title: "pretraining", align: "left" },
      { title: "accuracy", align: "right" },
      { title: "score", align: "right" },
      { title: "accuracy, SpuFix", align: "right" },
      { title: "score, SpuFix", align: "right" },
    ],
    rows.map((row) => [
      row.timm,
      row.pretraining,
      row.accuracy?.toFixed(1) ?? "",
      score(row.score),
      row.spufix_accuracy?.toFixed(1) ?? "",
      score(row.spufix_score),
    ]),
  );
}

function importable({ importable: rows, presets }: ModelList): string[] {
  const named = Object.entries(presets);
  return terminalTable(
    [
      { title: "--arch", align: "left" },
      { title: "parameters", align: "right" },
      { title: "presets", align: "left" },
    ],
    rows.map(({ arch, parameters }) => [
      arch,
      count(parameters),
      named
        .filter(([, preset]) => preset.arch === arch)
        .map(([name, { description }]) => `--preset ${name}: ${description}`)
        .join("; "),
    ]),
  );
}
