import { Command, Option } from "clipanion";
import { SpuriousError } from "../../errors.js";
import { fitPcaOfFeatures } from "../../pca/fit-features.js";
import { fitPca } from "../../pca/fit.js";
import type { PcaIndex } from "../../pca/pca-index.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { oneOf, positiveNumber, wholeNumber } from "../base.js";
import { missingClassWarnings } from "../missing-classes.js";
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

  model = Option.String({ name: "MODEL", required: false });
  train = Option.String("--train", { description: "Folder of the training images" });
  features = Option.String("--features", {
    description:
      "Instead of MODEL and --train: a safetensors file of features, labels, weight, bias",
  });
  classes = Option.String("--classes", { description: "Classes to fit" });
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
  allowMissingClasses = Option.Boolean("--allow-missing-classes", false, {
    description: "Leave out classes that the model's head has no output for",
  });

  async execute(): Promise<number> {
    const index = await this.#fit();
    for (const text of missingClassWarnings(index.provenance)) this.warn(text);
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

  #fit(): Promise<PcaIndex> {
    const common = {
      components: wholeNumber("--components", this.components, 1),
      solver: oneOf("--solver", this.solver, SOLVERS),
      out: this.out,
      force: this.force,
      resume: this.resume,
    };
    if (this.features !== undefined) {
      const { features, classes, classMap } = this;
      const temperature = positiveNumber("--temperature", this.temperature);
      const { signal, progress } = this;
      const given = { features, classes, classMap, temperature };
      return fitPcaOfFeatures({ ...common, ...given, signal, progress });
    }
    const { model, train, classes } = this;
    if (model === undefined || train === undefined || classes === undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: pca fit: expected MODEL, --train DIR and --classes, or --features FILE, got less",
      );
    }
    return fitPca({
      ...this.classifierRequest(model),
      ...common,
      train,
      classes,
      allowMissingClasses: this.allowMissingClasses,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    });
  }
}
