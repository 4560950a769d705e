import { Command, Option } from "clipanion";
import { exportFix } from "../../mitigation/export-fix.js";
import { MOST_STRENGTH } from "../../mitigation/dose-curve.js";
import { numberBetween } from "../base.js";
import { ModelCommand } from "../model-command.js";

export class SpuFixExportCommand extends ModelCommand {
  static override paths = [["spufix", "export"]];
  static override usage = Command.Usage({
    category: "SpuFix",
    description: "write the mended model as one TorchScript file",
    details: `
      The file is a drop-in replacement: it loads with plain \`torch.jit.load\`, takes what the
      original takes and gives what it gives, with the logits of the labelled classes lowered. Its
      \`model\` is the whole original. Input size, normalisation and class map are stored with it.
    `,
    examples: [
      [
        "A mended model",
        "spurious-native spufix export model.pt model.spufix.safetensors --to mended.pt",
      ],
    ],
  });

  model = Option.String({ name: "MODEL" });
  fix = Option.String({ name: "FIX" });
  to = Option.String("--to", { required: true, description: "TorchScript file to write" });
  strength = Option.String("--strength", "1", { description: "Dose of the fix, 0 to 1.5" });
  force = Option.Boolean("--force", false, { description: "Replace the file" });

  async execute(): Promise<number> {
    const strength = numberBetween("--strength", this.strength, 0, MOST_STRENGTH);
    this.#tellUnused();
    const mended = await exportFix({
      ...this.classifierRequest(this.model),
      fix: this.fix,
      to: this.to,
      strength,
      force: this.force,
    });
    this.print(mended, () => [`the mended model is ${mended.file}`, `sha256 ${mended.sha256}`]);
    return 0;
  }

  /** Options of every command that reads a model, which here decide nothing. */
  #tellUnused(): void {
    const given = [
      ...(["auto", "cpu"].includes(this.device) ? [] : ["--device"]),
      ...(this.dtype === "fp32" ? [] : ["--dtype"]),
      ...(this.batch === undefined ? [] : ["--batch"]),
    ];
    if (given.length === 0) return;
    this.warn(
      `${given.join(", ")} without effect: the model is written as it is, in its own precision, for every device and batch size`,
    );
  }
}
