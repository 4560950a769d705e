import { Command, Option } from "clipanion";
import { type RankedImage, rankImages } from "../../pca/rank.js";
import { resolvePcaClass } from "../../pca/resolve-class.js";
import { probability } from "../../report/format.js";
import { terminalTable } from "../../results/terminal-table.js";
import { wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";

export class PcaRankCommand extends ModelCommand {
  static override paths = [["pca", "rank"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "images that activate a component most and least",
    details: `
      Ranks the class's training images by alpha, or with \`--pool\` the pictures of any folder,
      which takes a forward pass.
    `,
    examples: [
      ["Training images", "spurious-native pca rank pca --class 94 --component 1"],
      [
        "Any folder",
        "spurious-native pca rank pca --class 94 --component 1 --pool photos --top 20",
      ],
    ],
  });

  pca = Option.String({ name: "PCA" });
  class = Option.String("--class", { required: true, description: "Index or name of a class" });
  component = Option.String("--component", { required: true, description: "Eigen index" });
  top = Option.String("--top", "5", { description: "Images with the largest alpha" });
  least = Option.String("--least", "5", { description: "Images with the smallest alpha" });
  pool = Option.String("--pool", { description: "Other images: folder, tar file or URL" });
  model = Option.String("--model", { description: "Where the PCA's model file is now" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });

  async execute(): Promise<number> {
    const result = await rankImages({
      ...this.classifierRequest(this.model ?? ""),
      model: this.model,
      pca: this.pca,
      class: await resolvePcaClass(this.pca, this.class),
      component: wholeNumber("--component", this.component, 0),
      top: wholeNumber("--top", this.top, 0),
      least: wholeNumber("--least", this.least, 0),
      pool: this.pool,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    });
    for (const { message } of result.skipped) this.warn(message);
    this.print(result, () => [
      `Most activating of ${String(result.images)} images`,
      ...table(result.top),
      "",
      "Least activating",
      ...table(result.least),
    ]);
    return 0;
  }
}

function table(images: readonly RankedImage[]): string[] {
  return terminalTable(
    [
      { title: "alpha", align: "right" },
      { title: "p", align: "right" },
      { title: "image", align: "left" },
    ],
    images.map(({ alpha, probability: p, path }) => [alpha.toFixed(4), probability(p), path]),
  );
}
