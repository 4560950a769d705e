import { Command, Option } from "clipanion";
import { MOST_STRENGTH } from "../../mitigation/dose-curve.js";
import { evaluateFix } from "../../mitigation/evaluate-fix.js";
import { numberBetween, wholeNumber } from "../base.js";
import { BenchmarkCommand } from "../benchmark-command.js";
import { refuseSkipped, warnings } from "../eval-output.js";
import { accuracyWarnings, fixLines, furtherUnread } from "./eval-output.js";

export class SpuFixEvalCommand extends BenchmarkCommand {
  static override paths = [["spufix", "eval"]];
  static override usage = Command.Usage({
    category: "SpuFix",
    description: "the spurious score before and after a fix",
    details: `
      Both arms come from one forward pass per picture; the difference has paired bootstrap
      intervals. The same pass gives the scores at strengths from 0 to 1.5. \`--accuracy\` names a
      validation folder with all classes, for the top-1 accuracy before and after and at every
      strength. Side effects are the classes whose accuracy or mean probability moves most. With
      \`--out\`: report.html, result.json, and a result folder of each arm.
    `,
    examples: [
      [
        "Before and after",
        "spurious-native spufix eval model.pt model.spufix.safetensors --data spurious_imagenet --val imagenet/val",
      ],
      [
        "With accuracy, and a page",
        "spurious-native spufix eval model.pt model.spufix.safetensors --data spurious_imagenet --val imagenet/val --accuracy imagenet/val --out results/fixed",
      ],
    ],
  });

  model = Option.String({ name: "MODEL" });
  fix = Option.String({ name: "FIX" });
  strength = Option.String("--strength", "1", { description: "Dose of the fix, 0 to 1.5" });
  accuracy = Option.String("--accuracy", { description: "Validation folder with all classes" });

  async execute(): Promise<number> {
    const maxSkipped = wholeNumber("--max-skipped", this.maxSkipped, 0);
    const evaluation = await evaluateFix({
      ...this.evaluateRequest(this.model),
      fix: this.fix,
      strength: numberBetween("--strength", this.strength, 0, MOST_STRENGTH),
      accuracy: this.accuracy,
    });
    for (const warning of [...warnings(evaluation.before), ...accuracyWarnings(evaluation)]) {
      this.warn(warning);
    }
    this.print(evaluation, () => fixLines(evaluation));
    if (this.out !== undefined) this.note(`results are in ${this.out}`);
    const further = furtherUnread(evaluation).map(({ path }) => path);
    refuseSkipped(evaluation.before, maxSkipped, further);
    return 0;
  }
}
