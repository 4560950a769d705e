import { Command, Option } from "clipanion";
import { evaluateFix, type FixEvaluation } from "../../mitigation/evaluate-fix.js";
import { score, signed, signedRange } from "../../report/format.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { refuseSkipped, warnings } from "../eval-output.js";
import { positiveNumber, wholeNumber } from "../base.js";
import { BenchmarkCommand } from "../benchmark-command.js";

export class SpuFixEvalCommand extends BenchmarkCommand {
  static override paths = [["spufix", "eval"]];
  static override usage = Command.Usage({
    category: "SpuFix",
    description: "the spurious score before and after a fix",
    details: `
      Both arms come from one forward pass per picture; the difference has paired bootstrap
      intervals. \`--accuracy\` names a validation folder with all classes, for the top-1 accuracy
      before and after. With \`--out\`: result.json, and a result folder of each arm.
    `,
    examples: [
      [
        "Before and after",
        "spurious-native spufix eval model.pt model.spufix.safetensors --data spurious_imagenet --val imagenet/val",
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
      strength: this.strength === "0" ? 0 : positiveNumber("--strength", this.strength),
      accuracy: this.accuracy,
    });
    for (const warning of warnings(evaluation.before)) this.warn(warning);
    this.print(evaluation, () => lines(evaluation));
    if (this.out !== undefined) this.note(`results are in ${this.out}`);
    refuseSkipped(evaluation.before, maxSkipped);
    return 0;
  }
}

function lines({ before, after, difference, accuracy, strength }: FixEvaluation): string[] {
  const overall = (["mean", "joint"] as const).map((name) => [
    name,
    score(before.score[name]),
    score(after.score[name]),
    signed(difference[name].value),
    signedRange(difference[name].ci95),
  ]);
  const classes = difference.classes.map(({ index, label, value, ci95 }, i) => [
    `${String(index)} ${plainLabel(label)}`,
    score(before.classes[i]?.ap ?? Number.NaN),
    score(after.classes[i]?.ap ?? Number.NaN),
    signed(value),
    signedRange(ci95),
  ]);
  const table = terminalTable(
    [
      { title: "spurious score", align: "left" },
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "difference", align: "right" },
      { title: "95 % interval", align: "left" },
    ],
    [...overall, ...classes],
  );
  return [
    `SpuFix at strength ${String(strength)}`,
    "",
    ...table,
    ...(accuracy === null ? [] : ["", ...accuracyLines(accuracy)]),
  ];
}

function accuracyLines({
  accuracy,
  images,
  classes,
}: NonNullable<FixEvaluation["accuracy"]>): string[] {
  const [before = Number.NaN, after = Number.NaN] = accuracy;
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const moved = classes
    .map(({ index, accuracy: [a = 0, b = 0] }) => ({ index, change: b - a }))
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, 5)
    .map(({ index, change }) => `${String(index)} (${signed(change)})`);
  return [
    `top-1 accuracy over ${String(images)} images: ${percent(before)} before, ${percent(after)} after`,
    `classes whose accuracy moved most: ${moved.length === 0 ? "none" : moved.join(", ")}`,
  ];
}
