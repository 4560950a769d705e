import { Command, Option } from "clipanion";
import type { PlannedWork } from "../../cluster/part.js";
import { SpuriousError } from "../../errors.js";
import { fitPcaOfFeatures } from "../../pca/fit-features.js";
import { countTrainImages, fitPcaPart } from "../../pca/fit-part.js";
import { fitPca } from "../../pca/fit.js";
import type { PcaIndex } from "../../pca/pca-index.js";
import { plainLabel } from "../../results/terminal-table.js";
import { oneOf, positiveNumber, wholeNumber } from "../base.js";
import { missingClassWarnings } from "../missing-classes.js";
import { ModelCommand } from "../model-command.js";
import { partLines, partsOption, requireOut, shardOption, workersOption } from "../part-options.js";
import { pcaLines } from "./pca-output.js";

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
  train = Option.String("--train", { description: "Training images: folder, tar file or URL" });
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
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the PCA in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the PCA in --out" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  allowMissingClasses = Option.Boolean("--allow-missing-classes", false, {
    description: "Leave out classes that the model's head has no output for",
  });

  shard = shardOption();
  parts = partsOption();
  workers = workersOption();

  async execute(): Promise<number> {
    const done = await this.inParts(this, (place) =>
      fitPcaPart({ ...this.#modelRequest(), ...place }),
    );
    if (done !== null && "shard" in done) {
      this.print(done, () => partLines(done));
      return 0;
    }
    const out = requireOut(this.out);
    const index = done?.command === "pca fit" ? done.result : await this.#fit(out);
    for (const text of missingClassWarnings(index.provenance)) this.warn(text);
    for (const { label, skipped } of index.classes) {
      for (const { message } of skipped) this.warn(`class ${plainLabel(label)}: ${message}`);
    }
    this.print(index, () => pcaLines(index));
    this.note(`the PCA is in ${out}`);
    return 0;
  }

  override countWork(): Promise<PlannedWork> {
    return countTrainImages(this.#modelRequest());
  }

  #fit(out: string): Promise<PcaIndex> {
    if (this.features === undefined) return fitPca({ ...this.#modelRequest(), out });
    const { features, classes, classMap, signal, progress } = this;
    const temperature = positiveNumber("--temperature", this.temperature);
    const given = { features, classes, classMap, temperature, out };
    return fitPcaOfFeatures({ ...this.#common(), ...given, signal, progress });
  }

  #common() {
    return {
      components: wholeNumber("--components", this.components, 1),
      solver: oneOf("--solver", this.solver, SOLVERS),
      force: this.force,
      resume: this.resume,
    };
  }

  /** Of a fit that reads images. */
  #modelRequest() {
    const { model, train, classes } = this;
    if (model === undefined || train === undefined || classes === undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: pca fit: expected MODEL, --train DIR and --classes, or --features FILE, got less",
      );
    }
    return {
      ...this.classifierRequest(model),
      ...this.#common(),
      train,
      classes,
      allowMissingClasses: this.allowMissingClasses,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    };
  }
}
