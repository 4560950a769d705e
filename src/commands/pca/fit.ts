import { Command, Option } from "clipanion";
import { fitPca } from "../../pca/fit.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { oneOf, wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";

const SOLVERS = ["auto", "tridiagonal", "lapack", "cusolver"] as const;

export class PcaFitCommand extends ModelCommand {
  static override paths = [["pca", "fit"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "class-wise neural PCA of a model over training images",
    details: `
      One forward pass over the training images of each class gives the weighted penultimate
      features, whose principal directions are the components. Writes index.json and, per class,
      NNN.safetensors and NNN.images.json. Finished classes survive an interruption: \`--resume\`
      goes on behind them.

      Classes: indices, ranges, WordNet ids and names joined by commas, or \`benchmark\`,
      \`labelled\`, \`all\`.
    `,
    examples: [
      [
        "The classes of the benchmark",
        "spurious-native pca fit model.pt --train imagenet/train --classes benchmark --out pca",
      ],
      [
        "A few classes",
        "spurious-native pca fit model.pt --train imagenet --classes 94,207-210 --out pca",
      ],
    ],
  });

  model = Option.String({ name: "MODEL" });
  train = Option.String("--train", {
    required: true,
    description: "Folder of the training images",
  });
  classes = Option.String("--classes", { required: true, description: "Classes to fit" });
  components = Option.String("--components", "128", {
    description: "Components stored at most; never one at or past the rank",
  });
  solver = Option.String("--solver", "auto", {
    description: "auto, tridiagonal, lapack or cusolver",
  });
  out = Option.String("--out", { required: true, description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the PCA in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the PCA in --out" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });

  async execute(): Promise<number> {
    const index = await fitPca({
      ...this.classifierRequest(this.model),
      train: this.train,
      classes: this.classes,
      components: wholeNumber("--components", this.components, 1),
      solver: oneOf("--solver", this.solver, SOLVERS),
      out: this.out,
      force: this.force,
      resume: this.resume,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    });
    for (const { label, skipped } of index.classes) {
      for (const { message } of skipped) this.warn(`class ${plainLabel(label)}: ${message}`);
    }
    this.print(index, () =>
      terminalTable(
        [
          { title: "class", align: "right" },
          { title: "name", align: "left" },
          { title: "images", align: "right" },
          { title: "rank", align: "right" },
          { title: "components", align: "right" },
          { title: "solver", align: "left" },
        ],
        index.classes.map((row) => [
          String(row.index),
          plainLabel(row.label),
          String(row.images),
          String(row.rank),
          String(row.components),
          `${row.solver}, ${row.route}`,
        ]),
      ),
    );
    this.note(`the PCA is in ${this.out}`);
    return 0;
  }
}
