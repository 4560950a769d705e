import { Command, Option } from "clipanion";
import { serveReview } from "../../mining/review/serve-review.js";
import { PageCommand } from "../page-command.js";

export class MineReviewCommand extends PageCommand {
  static override paths = [["mine", "review"]];
  static override usage = Command.Usage({
    category: "Mining",
    description: "look through mined images in the browser and say which are kept",
    details: `
      Opens a page on this machine that shows one image at a time, large, with its neighbours of the
      list and training images of the component. Answers are given by keyboard: k keep, c contains
      the class, n not the feature, s skip, u undo. Each is on disk before the next image shows; stop
      at any time and go on with the same command. \`mine export\` then takes the kept images. The
      address holds a secret: whoever knows it can answer.
    `,
    examples: [
      ["Look through what was mined", "spurious-native mine review mined"],
      [
        "A second person, with a file of their own",
        "spurious-native mine review mined --review mined/ben.review.json",
      ],
    ],
  });

  mine = Option.String({ name: "MINE" });
  review = Option.String("--review", {
    description: "File of answers; default review.json in the result",
  });
  pca = Option.String("--pca", { description: "Where the PCA is now" });
  train = Option.String("--train", { description: "Where the training images are now" });

  async execute(): Promise<number> {
    const { mine, review, pca, train, portNumber: port } = this;
    return this.keepOpen(await serveReview({ mine, review, pca, train, port }), "image");
  }
}
