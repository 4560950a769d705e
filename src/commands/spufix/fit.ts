import { Command, Option } from "clipanion";
import type { PlannedWork } from "../../cluster/part.js";
import { POSITION_RISK } from "../../mitigation/alpha-files.js";
import type { DiscoveryProvenance } from "../../mitigation/discovery-alphas.js";
import { fitSpuFix, type WithoutPlace } from "../../mitigation/fit.js";
import { countFixImages, fitSpuFixPart } from "../../mitigation/fit-part.js";
import { counted } from "../../report/format.js";
import { wholeNumber } from "../base.js";
import { missingClassWarnings } from "../missing-classes.js";
import { ModelCommand } from "../model-command.js";
import { partLines, partsOption, requireOut, shardOption, workersOption } from "../part-options.js";

export class SpuFixFitCommand extends ModelCommand {
  static override paths = [["spufix", "fit"]];
  static override usage = Command.Usage({
    category: "SpuFix",
    description: "fit the directions to take out of a model",
    details: `
      For every labelled component, finds the direction in this model's own features that goes with
      the discovery model's alphas on the same training images, and writes one safetensors file.
      \`--alphas\` is a folder of \`pca fit\` with the discovery model, which may be this model
      itself (joined by path or file name), or one of the original's files spurious_alphas_train_NNN.pt
      (joined by position, which nothing can check but the number of images). Components: \`paper\` (the 322 published ones) or a JSON file such as
      {"94": [1, 3]}.
    `,
    examples: [
      [
        "The published components",
        "spurious-native spufix fit model.pt --train imagenet/train --alphas pca --out model.spufix.safetensors",
      ],
    ],
  });

  model = Option.String({ name: "MODEL" });
  train = Option.String("--train", {
    required: true,
    description: "Training images: folder, tar file or URL",
  });
  alphas = Option.String("--alphas", {
    required: true,
    description: "PCA of the discovery model, or a folder of its alphas (.pt)",
  });
  components = Option.String("--components", "paper", { description: "paper or a JSON file" });
  out = Option.String("--out", { description: "File to write" });
  force = Option.Boolean("--force", false, { description: "Replace the file, start over" });
  resume = Option.Boolean("--resume", false, { description: "Go on with an interrupted run" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  allowMissingClasses = Option.Boolean("--allow-missing-classes", false, {
    description: "Leave out classes that the model's head has no output for",
  });

  shard = shardOption();
  parts = partsOption();
  workers = workersOption();

  async execute(): Promise<number> {
    const request = this.#request();
    const done = await this.inParts(this, (place) => fitSpuFixPart({ ...request, ...place }));
    if (done !== null && "shard" in done) {
      this.print(done, () => partLines(done));
      return 0;
    }
    const { force, resume } = this;
    const out = requireOut(this.out);
    const merged = done?.command === "spufix fit" ? done.result : null;
    const fix = merged ?? (await fitSpuFix({ ...request, out, force, resume }));
    const directions = fix.classes.reduce((sum, { eigenIndices }) => sum + eigenIndices.length, 0);
    const skipped = fix.provenance["skipped"] as { message: string }[];
    for (const { message } of skipped) this.warn(message);
    for (const text of missingClassWarnings(fix.provenance)) this.warn(text);
    const { joinedBy } = fix.provenance["discovery"] as DiscoveryProvenance;
    if (joinedBy === "position") this.warn(POSITION_RISK);
    const document = {
      file: out,
      modelSha256: fix.modelSha256,
      classes: fix.classes.map(({ index, eigenIndices }) => ({ index, eigenIndices })),
    };
    this.print(document, () => [
      `${counted(directions, "direction")} of ${counted(fix.classes.length, "class", "classes")} in ${out}`,
    ]);
    return 0;
  }

  override countWork(): Promise<PlannedWork> {
    return countFixImages(this.#request());
  }

  #request(): WithoutPlace {
    return {
      ...this.classifierRequest(this.model),
      train: this.train,
      alphas: this.alphas,
      components: this.components,
      allowMissingClasses: this.allowMissingClasses,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    };
  }
}
