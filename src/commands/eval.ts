import { Command, Option } from "clipanion";
import { demoModel, demoRequest } from "../demo/demo.js";
import { evaluate, type EvaluateRequest } from "../evaluation/evaluate.js";
import { SpuriousError } from "../errors.js";
import { wholeNumber } from "./base.js";
import { BenchmarkCommand } from "./benchmark-command.js";
import { evalLines, refuseSkipped, warnings } from "./eval-output.js";

export class EvalCommand extends BenchmarkCommand {
  static override paths = [["eval"]];
  static override usage = Command.Usage({
    category: "Score",
    description: "the spurious score of a TorchScript classifier",
    details: `
      Runs the model over the spurious and the validation pictures and prints, per class, how well
      it ranks the class's own pictures above those that show only the spurious feature: average
      precision (the published "spurious AUC"), the area under the ROC curve beside it, and 95 %
      bootstrap intervals. With \`--out\` it writes result.json, spurious_score.txt, classes.csv,
      images.csv, images.parquet and report.html.

      Data are found by \`--data\` and \`--val\`, else SPURIOUS_IMAGENET and IMAGENET_ROOT, else
      spurious-native.config.json. A model file is a program: loading it runs it.
    `,
    examples: [
      ["The embedded demo", "spurious-native eval --demo"],
      [
        "A model on Spurious ImageNet",
        "spurious-native eval model.pt --data spurious_imagenet --val imagenet/val --out results/model",
      ],
    ],
  });

  model = Option.String({ required: false, name: "MODEL" });
  demo = Option.Boolean("--demo", false, {
    description: "Evaluate the embedded demo, or MODEL on the demo's pictures",
  });

  async execute(): Promise<number> {
    const maxSkipped = wholeNumber("--max-skipped", this.maxSkipped, 0);
    const result = await evaluate(this.#request());
    for (const warning of warnings(result)) this.warn(warning);
    this.print(result, () => evalLines(result, this.style));
    if (this.out !== undefined) this.note(`results are in ${this.out}`);
    refuseSkipped(result, maxSkipped);
    return 0;
  }

  #request(): EvaluateRequest {
    const { model } = this;
    if (model === undefined && !this.demo) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: MODEL: expected the path of a TorchScript file, got none",
        { hint: "name a model, or pass --demo" },
      );
    }
    const own = this.evaluateRequest(model ?? demoModel());
    return this.demo ? demoRequest(own) : own;
  }
}
