import { Option } from "clipanion";
import type { ServedLabels, ServeRequest } from "../../labelling/serve.js";
import { counted } from "../../report/format.js";
import { BaseCommand, wholeNumber } from "../base.js";

/** What the commands share that keep a page open until they are stopped. */
export abstract class ServeCommand extends BaseCommand {
  annotator = Option.String("--annotator", {
    required: true,
    description: "Name of the person; names the file of answers",
  });
  labels = Option.String("--labels", {
    description: "Folder of the labels files; default `labels` in the evidence",
  });
  port = Option.String("--port", "0", { description: "Port on 127.0.0.1; 0 for any" });
  blind = Option.Boolean("--blind", false, { description: "Hide scores and other annotators" });
  seed = Option.String("--seed", "0", { description: "Seed of the order of the components" });

  protected request(evidence: string): ServeRequest {
    return {
      evidence,
      annotator: this.annotator,
      labels: this.labels,
      port: wholeNumber("--port", this.port, 0),
      blind: this.blind,
      seed: wholeNumber("--seed", this.seed, 0),
    };
  }

  /** The end of a page is a signal; it is no failure. */
  protected async keepOpen(served: ServedLabels): Promise<number> {
    await using open = served;
    const { url, port, file, session } = open;
    this.print({ url, port, annotator: this.annotator, file, components: session.size }, () => [
      `open ${url}`,
    ]);
    this.note(`${progressOf(served)}; answers go to ${file}`);
    this.note("stop with Ctrl-C and go on with the same command at any time");
    await stopped(this.signal);
    this.note(`${progressOf(served)} in ${file}`);
    return 0;
  }
}

function progressOf({ session }: ServedLabels): string {
  return `${String(session.answered)} of ${counted(session.size, "component")} answered`;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
