import { join } from "node:path";
import { Command, Option } from "clipanion";
import type { PlannedWork } from "../cluster/part.js";
import { makeEvidencePart } from "../evidence/evidence-part.js";
import { type EvidenceResult, makeEvidence, type WithoutPlace } from "../evidence/make-evidence.js";
import { resolvePcaClass } from "../pca/resolve-class.js";
import { probability } from "../report/format.js";
import { plainLabel, terminalTable } from "../results/terminal-table.js";
import { oneOf, positiveNumber, wholeNumber } from "./base.js";
import { ModelCommand } from "./model-command.js";
import { partLines, partsOption, requireOut, shardOption, workersOption } from "./part-options.js";

const LAYERS = ["auto", "last-map", "last-conv", "last-depthwise", "last-attention"] as const;

export class EvidenceCommand extends ModelCommand {
  static override paths = [["evidence"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "pictures that show what components stand for",
    details: `
      Attacks the leading components of each class (the picture the model itself puts them into),
      ranks them by the confidence of that picture, and shows for the best: the attack image, the
      most and least activating training images, and Grad-CAM of alpha. Writes, per class,
      evidence.json, pictures and sheets, and one index.html. Interrupted, it goes on with
      \`--resume\`.
    `,
    examples: [
      ["Two classes", "spurious-native evidence pca --class 94 --class 565 --out evidence"],
    ],
  });

  pca = Option.String({ name: "PCA" });
  classes = Option.Array("--class", { required: true, description: "Index or name; repeatable" });
  components = Option.String("--components", "10", { description: "Components shown" });
  poolSize = Option.String("--pool-size", "128", { description: "Leading components attacked" });
  eps = Option.String("--eps", "30", { description: "Radius of the L2 ball around grey" });
  steps = Option.String("--steps", "200", { description: "Steps of the attack" });
  seed = Option.String("--seed", "0", { description: "Seed of the attack's start" });
  layer = Option.String("--layer", "auto", {
    description: "Layer of the Grad-CAM: auto, last-map, last-conv, last-depthwise, last-attention",
  });
  train = Option.String("--train", { description: "Where the training images are now" });
  model = Option.String("--model", { description: "Where the PCA's model file is now" });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the evidence in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the run in --out" });

  shard = shardOption();
  parts = partsOption();
  workers = workersOption();

  async execute(): Promise<number> {
    const request = await this.#request();
    const done = await this.inParts(this, (place) => makeEvidencePart({ ...request, ...place }));
    if (done !== null && "shard" in done) {
      this.print(done, () => partLines(done));
      return 0;
    }
    const { force, resume } = this;
    const out = requireOut(this.out);
    const merged = done?.command === "evidence" ? done.result : null;
    const result = merged ?? (await makeEvidence({ ...request, out, force, resume }));
    this.print(result, () => evidenceLines(result));
    this.note(`open ${join(out, "index.html")}`);
    return 0;
  }

  override async countWork(): Promise<PlannedWork> {
    const count = new Set((await this.#request()).classes).size;
    return { count, unit: "classes", pieces: count };
  }

  async #request(): Promise<WithoutPlace> {
    return {
      ...this.classifierRequest(this.model ?? ""),
      model: this.model,
      pca: this.pca,
      classes: await Promise.all(this.classes.map((one) => resolvePcaClass(this.pca, one))),
      components: wholeNumber("--components", this.components, 1),
      poolSize: wholeNumber("--pool-size", this.poolSize, 1),
      eps: positiveNumber("--eps", this.eps),
      steps: wholeNumber("--steps", this.steps, 1),
      seed: wholeNumber("--seed", this.seed, 0),
      layer: oneOf("--layer", this.layer, LAYERS),
      train: this.train,
      attackBatch: wholeNumber("--batch", this.batch, 1),
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    };
  }
}

/** The readable result of `evidence`. */
export function evidenceLines({ classes }: EvidenceResult): string[] {
  return classes.flatMap((one) => [
    `${plainLabel(one.label)} (class ${String(one.class)})`,
    ...terminalTable(
      [
        { title: "rank", align: "right" },
        { title: "eigen index", align: "right" },
        { title: "attack p", align: "right" },
        { title: "attack alpha", align: "right" },
        { title: "largest in training", align: "right" },
        { title: "most activating image", align: "left" },
      ],
      one.components.map((row) => [
        String(row.rank),
        String(row.eigenIndex),
        probability(row.confidence),
        row.alpha.toFixed(2),
        row.trainMax.toFixed(2),
        row.top[0]?.path ?? "",
      ]),
    ),
    "",
  ]);
}
