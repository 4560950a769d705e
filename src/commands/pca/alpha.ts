import { Command, Option } from "clipanion";
import { alphaOfImages, type AlphaResult } from "../../pca/alpha-of-images.js";
import { resolvePcaClass } from "../../pca/resolve-class.js";
import { probability } from "../../report/format.js";
import { terminalTable } from "../../results/terminal-table.js";
import { wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";

export class PcaAlphaCommand extends ModelCommand {
  static override paths = [["pca", "alpha"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "alpha of new images for a class's components",
    details: `
      Prints, per image and component, alpha, the largest alpha of the training images and the share
      of them that lie below, most suspicious first. The model is the one that the PCA was fitted
      with, found where it was then or by \`--model\`.
    `,
    examples: [["A picture", "spurious-native pca alpha pca feeder.jpg --class hummingbird"]],
  });

  pca = Option.String({ name: "PCA" });
  images = Option.Rest({ required: 1, name: "IMAGE" });
  class = Option.String("--class", { required: true, description: "Index or name of a class" });
  components = Option.String("--components", {
    description: "Eigen indices joined by commas; default: all",
  });
  shown = Option.String("--top", "10", { description: "Components printed per image" });
  model = Option.String("--model", { description: "Where the PCA's model file is now" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });

  async execute(): Promise<number> {
    const shown = wholeNumber("--top", this.shown, 1);
    const result = await alphaOfImages({
      ...this.classifierRequest(this.model ?? ""),
      model: this.model,
      pca: this.pca,
      images: this.images,
      class: await resolvePcaClass(this.pca, this.class),
      components: this.components?.split(",").map((part) => wholeNumber("--components", part, 0)),
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    });
    this.print(result, () => result.images.flatMap((image) => lines(image, shown)));
    return 0;
  }
}

function lines(image: AlphaResult["images"][number], shown: number): string[] {
  return [
    `${image.path}   p ${probability(image.probability)}`,
    ...terminalTable(
      [
        { title: "eigen index", align: "right" },
        { title: "alpha", align: "right" },
        { title: "largest in training", align: "right" },
        { title: "training below", align: "right" },
      ],
      image.components
        .slice(0, shown)
        .map((row) => [
          String(row.eigenIndex),
          row.alpha.toFixed(4),
          row.trainMax.toFixed(4),
          `${(row.trainShareBelow * 100).toFixed(1)} %`,
        ]),
    ),
    "",
  ];
}
