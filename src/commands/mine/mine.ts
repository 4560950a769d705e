import { Command, Option } from "clipanion";
import { SpuriousError } from "../../errors.js";
import { minePool } from "../../mining/mine.js";
import { parseShard } from "../../mining/shard.js";
import { resolvePcaClass } from "../../pca/resolve-class.js";
import { wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";
import { mineLines, mineWarnings, refuseDamaged } from "./mine-output.js";

export class MineCommand extends ModelCommand {
  static override paths = [["mine"]];
  static override usage = Command.Usage({
    category: "Mining",
    description: "large image pools ranked by alpha of components",
    details: `
      Looks at every image of the pools once and keeps those with the largest alpha of each
      component: what to look through for pictures that show a feature and not the class. A pool is
      a folder, a tar file or a text file with one path on each line; more of them may follow
      (\`--pool shards/*.tar\`).

      Near-duplicates and the PCA's own training images are left out, as are the ids of
      \`--exclude\`. Writes mine.json, mine.csv, report.html and copies of the images. Interrupted,
      it goes on with \`--resume\`. With \`--shard i/n\` it does a part, whatever the machine, and
      \`mine merge\` puts the parts together.
    `,
    examples: [
      [
        "A folder, for two components",
        "spurious-native mine pca --class 94 --component 1,3 --pool photos --out mined",
      ],
      [
        "The second of eight parts of some tar files",
        "spurious-native mine pca --class 94 --component 1 --shard 2/8 --out part-2 --pool 000.tar 001.tar",
      ],
    ],
  });

  pca = Option.String({ name: "PCA" });
  morePools = Option.Rest({ name: "POOL" });
  pools = Option.Array("--pool", {
    required: true,
    description: "Folder, tar file (also at a URL) or list of paths; repeatable",
  });
  class = Option.String("--class", { required: true, description: "Index or name of a class" });
  components = Option.Array("--component", {
    required: true,
    description: "Eigen indices joined by commas; repeatable",
  });
  top = Option.String("--top", "500", { description: "Images of each component's list" });
  candidates = Option.String("--candidates", {
    description: "Images kept until near-duplicates are passed over; default 4 times --top",
  });
  nearDuplicates = Option.String("--near-duplicates", "4", {
    description: "Bits of the 64 bit hash in which near-duplicates may differ, or keep",
  });
  exclude = Option.String("--exclude", { description: "Text file of ids that are left out" });
  train = Option.String("--train", { description: "Where the training images are now" });
  model = Option.String("--model", { description: "Where the PCA's model file is now" });
  shard = Option.String("--shard", { description: "i/n: mine part i of n parts only" });
  copies = Option.Boolean("--copies", true, {
    description: "Copy the images into --out; --no-copies",
  });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  out = Option.String("--out", { required: true, description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the run in --out" });

  async execute(): Promise<number> {
    const result = await minePool({
      ...this.classifierRequest(this.model ?? ""),
      model: this.model,
      pca: this.pca,
      class: await resolvePcaClass(this.pca, this.class),
      components: this.components.flatMap((list) => list.split(",")).map(eigenIndex),
      pools: [...this.pools, ...this.morePools],
      top: wholeNumber("--top", this.top, 1),
      candidates: wholeNumber("--candidates", this.candidates, 1),
      nearDuplicates:
        this.nearDuplicates === "keep"
          ? "keep"
          : distance("--near-duplicates", this.nearDuplicates),
      exclude: this.exclude,
      train: this.train,
      shard: this.shard === undefined ? undefined : parseShard(this.shard),
      copies: this.copies,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      out: this.out,
      force: this.force,
      resume: this.resume,
      signal: this.signal,
      progress: this.progress,
    });
    for (const warning of mineWarnings(result)) this.warn(warning);
    this.print(result, () => mineLines(result));
    this.note(`the list is in ${this.out}`);
    refuseDamaged(result);
    return 0;
  }
}

function eigenIndex(text: string): number {
  return wholeNumber("--component", text, 0);
}

function distance(flag: string, text: string): number {
  const bits = wholeNumber(flag, text, 0);
  if (bits <= 64) return bits;
  throw new SpuriousError(
    "USAGE_INVALID",
    `reading the command line: ${flag}: expected 0 to 64 bits or keep, got "${text}"`,
    { input: text },
  );
}
