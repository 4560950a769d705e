import { Command, Option } from "clipanion";
import { RULES } from "../../labelling/decide.js";
import { exportLabels } from "../../labelling/export-labels.js";
import { counted } from "../../report/format.js";
import { BaseCommand, oneOf } from "../base.js";

export class LabelExportCommand extends BaseCommand {
  static override paths = [["label", "export"]];
  static override usage = Command.Usage({
    category: "Labelling",
    description: "the file of spurious components that `spufix fit` reads",
    details: `
      A component is spurious if most of those who judged it say so, or all of them (\`--rule
      unanimous\`); a tie is not. An adjudicator's file decides where it answers.
    `,
    examples: [
      ["One annotator", "spurious-native label export anna.labels.json --to components.json"],
      [
        "Two annotators and an adjudicator, with a table",
        "spurious-native label export anna.labels.json ben.labels.json carla.adjudicated.json --to components.json --csv labels.csv",
      ],
    ],
  });

  files = Option.Rest({ required: 1, name: "FILE" });
  to = Option.String("--to", { required: true, description: "Components file to write" });
  csv = Option.String("--csv", { description: "Table of everything that was said, to write" });
  rule = Option.String("--rule", "majority", { description: "majority or unanimous" });
  force = Option.Boolean("--force", false, { description: "Replace the files" });

  async execute(): Promise<number> {
    const exported = await exportLabels({
      files: this.files,
      to: this.to,
      csv: this.csv,
      rule: oneOf("--rule", this.rule, RULES),
      force: this.force,
    });
    const { counts, components, to } = exported;
    const classes = Object.keys(components).length;
    if (counts.spurious === 0) this.warn("no component is spurious: there is nothing to take out");
    this.print(exported, () => [
      `${counted(counts.spurious, "spurious component")} of ${counted(classes, "class", "classes")} in ${to}`,
      `not spurious ${String(counts["not spurious"])}, inconsistent ${String(counts.inconsistent)}, undecided ${String(counts.undecided)}`,
    ]);
    return 0;
  }
}
