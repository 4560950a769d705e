import { Command, Option } from "clipanion";
import { demoModel, demoRequest } from "../demo/demo.js";
import { evaluate, type EvaluateRequest } from "../evaluation/evaluate.js";
import { SOFTMAX_COLUMNS } from "../evaluation/image-row.js";
import { SpuriousError } from "../errors.js";
import { PRESETS } from "../images/presets.js";
import { oneOf, positiveNumber, wholeNumber } from "./base.js";
import { evalLines, refuseSkipped, warnings } from "./eval-output.js";
import { ModelCommand } from "./model-command.js";

export class EvalCommand extends ModelCommand {
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
  data = Option.String("--data", { description: "Folder of the spurious pictures" });
  val = Option.String("--val", { description: "Folder of the validation pictures" });
  preset = Option.String("--preset", "paper-v2", { description: "paper-v2, paper-v1 or model" });
  cropFraction = Option.String("--crop-fraction", {
    description: "With --preset model: part of the resized shorter side that is kept",
  });
  interpolation = Option.String("--interpolation", {
    description: "With --preset model: bicubic or bilinear",
  });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the run in --out" });
  bootstrap = Option.String("--bootstrap", "2000", {
    description: "Resamples for the intervals; 0 for none",
  });
  seed = Option.String("--seed", "0", { description: "Seed of the bootstrap" });
  maxSkipped = Option.String("--max-skipped", "0", {
    description: "Unreadable pictures to accept; with more the exit status is 4",
  });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  softmax = Option.String("--softmax", "all", {
    description: "Wide heads: softmax over all outputs or the mapped ones",
  });
  allowMissingClasses = Option.Boolean("--allow-missing-classes", false, {
    description: "Leave out classes that the model's head has no output for",
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
    const { model, out, force, resume } = this;
    if (model === undefined && !this.demo) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: MODEL: expected the path of a TorchScript file, got none",
        { hint: "name a model, or pass --demo" },
      );
    }
    const own = {
      ...this.classifierRequest(model ?? demoModel()),
      data: this.data,
      val: this.val,
      preset: oneOf("--preset", this.preset, PRESETS),
      cropFraction: positiveNumber("--crop-fraction", this.cropFraction),
      interpolation:
        this.interpolation === undefined
          ? undefined
          : oneOf("--interpolation", this.interpolation, ["bicubic", "bilinear"]),
      out,
      force,
      resume,
      bootstrap: wholeNumber("--bootstrap", this.bootstrap, 0),
      seed: wholeNumber("--seed", this.seed, 0),
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      softmax: oneOf("--softmax", this.softmax, SOFTMAX_COLUMNS),
      allowMissingClasses: this.allowMissingClasses,
      signal: this.signal,
      progress: this.progress,
    };
    return this.demo ? demoRequest(own) : own;
  }
}
