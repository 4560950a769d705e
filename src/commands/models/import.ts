import { Command, Option } from "clipanion";
import { importModel } from "../../models/import/import-model.js";
import { shortNumbers } from "../../models/import/normalization.js";
import { count } from "../../report/format.js";
import { BaseCommand, numberTriple, positiveNumber, wholeNumber } from "../base.js";

export class ModelsImportCommand extends BaseCommand {
  static override paths = [["models", "import"]];
  static override usage = Command.Usage({
    category: "Models",
    description: "make a TorchScript model of a PyTorch checkpoint",
    details: `
      Reads a file of torch.save without Python and without running anything of it, checks the name
      and shape of every tensor, and writes a TorchScript file whose state dict has torchvision's
      names. Understands state dicts, also under \`state_dict\`, \`model\` or \`model_state_dict\`,
      names with DataParallel's and wrappers' prefixes, and checkpoints of the robustness library.
      Architectures and presets: \`models list\`. The normalisation becomes part of the model; the
      temperature goes into its metadata.
    `,
    examples: [
      [
        "A checkpoint of torchvision's ResNet-50",
        "spurious-native models import resnet50.pth --arch resnet50 --normalize imagenet --to resnet50.pt",
      ],
      [
        "The paper's robust ResNet-50",
        "spurious-native models import best.pt --preset robust-resnet50 --to robust.pt",
      ],
    ],
  });

  checkpoint = Option.String({ name: "CHECKPOINT" });
  arch = Option.String("--arch", { description: "Architecture, by torchvision's name" });
  preset = Option.String("--preset", { description: "A known checkpoint: robust-resnet50" });
  to = Option.String("--to", { required: true, description: "TorchScript file to write" });
  size = Option.String("--size", { description: "Input size in pixels, for the metadata; 224" });
  mean = Option.String("--mean", { description: "r,g,b subtracted from inputs in [0, 1]" });
  std = Option.String("--std", { description: "r,g,b that inputs are divided by after that" });
  normalize = Option.String("--normalize", {
    description: "imagenet, inception, openai-clip or none (the weights take [0, 1])",
  });
  temperature = Option.String("--temperature", {
    description: "Divides the logits before the softmax; kept in the metadata",
  });
  name = Option.String("--name", { description: "Name in the metadata" });
  license = Option.String("--license", { description: "Licence of the weights, for the metadata" });
  force = Option.Boolean("--force", false, { description: "Replace the file" });

  async execute(): Promise<number> {
    const imported = await importModel({
      checkpoint: this.checkpoint,
      arch: this.arch,
      preset: this.preset,
      to: this.to,
      size: wholeNumber("--size", this.size, 1),
      mean: numberTriple("--mean", this.mean),
      std: numberTriple("--std", this.std),
      normalize: this.normalize,
      temperature: positiveNumber("--temperature", this.temperature),
      name: this.name,
      license: this.license,
      force: this.force,
    });
    for (const note of imported.notes) this.note(note);
    const { architecture, parameters, classes, normalization, metadata } = imported;
    this.print(imported, () => [
      `the model is ${imported.file}`,
      `sha256         ${imported.sha256}`,
      `architecture   ${architecture}, ${count(parameters)} parameters, ${count(classes)} classes`,
      normalization === null
        ? "normalisation  none: inputs in [0, 1]"
        : `normalisation  inside: mean ${shortNumbers(normalization.mean)}, std ${shortNumbers(normalization.std)} (from the ${normalization.origin})`,
      `temperature    ${String(metadata.temperature)}, input ${String(metadata.inputSize)} px`,
    ]);
    return 0;
  }
}
