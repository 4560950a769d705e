import { Option } from "clipanion";
import type { ServedLabels, ServeRequest } from "../../labelling/serve.js";
import { wholeNumber } from "../base.js";
import { PageCommand } from "../page-command.js";

/** What the commands share that open the labelling page. */
export abstract class ServeCommand extends PageCommand {
  annotator = Option.String("--annotator", {
    required: true,
    description: "Name of the person; names the file of answers",
  });
  labels = Option.String("--labels", {
    description: "Folder of the labels files; default `labels` in the evidence",
  });
  blind = Option.Boolean("--blind", false, { description: "Hide scores and other annotators" });
  seed = Option.String("--seed", "0", { description: "Seed of the order of the components" });

  protected request(evidence: string): ServeRequest {
    return {
      evidence,
      annotator: this.annotator,
      labels: this.labels,
      port: this.portNumber,
      blind: this.blind,
      seed: wholeNumber("--seed", this.seed, 0),
    };
  }

  protected keepLabelling(served: ServedLabels): Promise<number> {
    return this.keepOpen(served, "component", { annotator: this.annotator });
  }
}
