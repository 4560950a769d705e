import { Command, Option } from "clipanion";
import { serveLabels } from "../../labelling/serve.js";
import { ServeCommand } from "./serve-command.js";

export class LabelServeCommand extends ServeCommand {
  static override paths = [["label", "serve"]];
  static override usage = Command.Usage({
    category: "Labelling",
    description: "label components in the browser",
    details: `
      Opens a page on this machine that shows one component at a time: its attack image, the most
      and least activating training images, Grad-CAM. Answers are given by keyboard: s spurious, n
      not spurious, i inconsistent, k skip, u undo. Each is on disk before the next component
      shows; stop at any time and go on with the same command. The address holds a secret: whoever
      knows it can label.
    `,
    examples: [
      ["Label what was found", "spurious-native label serve evidence --annotator anna"],
      [
        "Without seeing scores or the answers of others",
        "spurious-native label serve evidence --annotator ben --blind --seed 1",
      ],
    ],
  });

  evidence = Option.String({ name: "EVIDENCE" });

  async execute(): Promise<number> {
    return this.keepLabelling(await serveLabels(this.request(this.evidence)));
  }
}
