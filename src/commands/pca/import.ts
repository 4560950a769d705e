import { Command, Option } from "clipanion";
import { POSITION_RISK } from "../../mitigation/alpha-files.js";
import { importActSpace } from "../../pca/import-act-space.js";
import { counted } from "../../report/format.js";
import { BaseCommand, wholeNumber } from "../base.js";

export class PcaImportCommand extends BaseCommand {
  static override paths = [["pca", "import"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "make a PCA folder of the original's act_space.npy",
    details: `
      Reads what the original's ActivationSpace.save stored of one class, without Python and without
      running anything of it, and checks that its alphas are those of its components. With
      \`--train\` rows get the names of the class's training images by position; nothing can check
      that but their number. \`--resume\` adds a class to a folder. The file holds no model: show,
      rank and \`spufix fit\` work with it, new alphas and evidence need \`pca fit\`.
    `,
    examples: [
      [
        "The hummingbird's",
        "spurious-native pca import act_space.npy --class 94 --train imagenet/train --out pca",
      ],
    ],
  });

  file = Option.String({ name: "ACT_SPACE" });
  classIndex = Option.String("--class", {
    required: true,
    description: "ImageNet index of the class",
  });
  train = Option.String("--train", { description: "Training images: folder, tar file or URL" });
  components = Option.String("--components", "128", { description: "Components stored at most" });
  out = Option.String("--out", { required: true, description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the PCA in --out" });
  resume = Option.Boolean("--resume", false, { description: "Add the class to the PCA in --out" });

  async execute(): Promise<number> {
    const classIndex = wholeNumber("--class", this.classIndex, 0);
    const index = await importActSpace({
      file: this.file,
      classIndex,
      train: this.train,
      components: wholeNumber("--components", this.components, 1),
      out: this.out,
      force: this.force,
      resume: this.resume,
    });
    if (this.train !== undefined) this.warn(POSITION_RISK);
    const entry = index.classes.find((one) => one.index === classIndex);
    this.print(index, () => [
      `${counted(entry?.components ?? 0, "component")} of ${counted(entry?.images ?? 0, "image")} of class ${String(classIndex)} in ${this.out}`,
    ]);
    return 0;
  }
}
