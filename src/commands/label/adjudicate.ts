import { Command, Option } from "clipanion";
import { serveAdjudication } from "../../labelling/serve.js";
import { ServeCommand } from "./serve-command.js";

export class LabelAdjudicateCommand extends ServeCommand {
  static override paths = [["label", "adjudicate"]];
  static override usage = Command.Usage({
    category: "Labelling",
    description: "decide where annotators disagree, in the browser",
    details: `
      The page of \`label serve\` over the components that annotators judge differently, with what
      each of them says. The answers go to a file of their own, NAME.adjudicated.json; given to
      \`label export\`, they decide.
    `,
    examples: [
      [
        "Two annotators",
        "spurious-native label adjudicate anna.labels.json ben.labels.json --evidence evidence --annotator carla",
      ],
    ],
  });

  files = Option.Rest({ required: 2, name: "FILE" });
  evidence = Option.String("--evidence", {
    required: true,
    description: "Folder of the evidence that was labelled",
  });

  async execute(): Promise<number> {
    const request = { ...this.request(this.evidence), files: this.files };
    return this.keepLabelling(await serveAdjudication(request));
  }
}
