import { Command, Option } from "clipanion";
import { resolveClassMap } from "../imagenet/class-map.js";
import { scoreImages } from "../scoring/score-images.js";
import { BaseCommand, wholeNumber } from "./base.js";
import { evalLines, warnings } from "./eval-output.js";

export class ScoreCommand extends BaseCommand {
  static override paths = [["score"]];
  static override usage = Command.Usage({
    category: "Score",
    description: "the spurious score of given probabilities, without a model",
    details: `
      Reads a CSV file with the columns path, split (val or spurious), class and p (the probability
      of that class), optionally logit, predicted and predictedProb: an images.csv of this program
      or the output of any framework. Prints and writes what \`eval\` does.
    `,
    examples: [
      ["Score another framework's output", "spurious-native score images.csv --out results/mine"],
    ],
  });

  images = Option.String({ name: "IMAGES_CSV" });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });
  bootstrap = Option.String("--bootstrap", "2000", {
    description: "Resamples for the intervals; 0 for none",
  });
  seed = Option.String("--seed", "0", { description: "Seed of the bootstrap" });
  classMap = Option.String("--class-map", "imagenet1k", {
    description: "Name of a class map, or a file of classes",
  });

  async execute(): Promise<number> {
    const result = await scoreImages({
      images: this.images,
      out: this.out,
      force: this.force,
      classMap: resolveClassMap(this.classMap, null),
      bootstrap: wholeNumber("--bootstrap", this.bootstrap, 0),
      seed: wholeNumber("--seed", this.seed, 0),
    });
    for (const warning of warnings(result)) this.warn(warning);
    this.print(result, () => evalLines(result, this.style));
    if (this.out !== undefined) this.note(`results are in ${this.out}`);
    return 0;
  }
}
