import { Command, Option } from "clipanion";
import type { PlannedWork } from "../../cluster/part.js";
import { SpuriousError } from "../../errors.js";
import { countPool, minePart } from "../../mining/mine-part.js";
import { minePool } from "../../mining/mine.js";
import { readMineResult } from "../../mining/mine-result.js";
import type { WithoutPlace } from "../../mining/prepare-mine.js";
import { resolvePcaClass } from "../../pca/resolve-class.js";
import { wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";
import { partLines, partsOption, requireOut, shardOption, workersOption } from "../part-options.js";
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
  shard = shardOption();
  parts = partsOption();
  workers = workersOption();
  copies = Option.Boolean("--copies", true, {
    description: "Copy the images into --out; --no-copies",
  });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the run in --out" });

  async execute(): Promise<number> {
    const request = await this.#request();
    const done = await this.inParts(this, (place) => minePart({ ...request, ...place }));
    const isPart = done !== null && "shard" in done && "work" in done;
    if (isPart && this.out === undefined) {
      this.print(done, () => partLines(done));
      return 0;
    }
    const { force, resume } = this;
    const out = requireOut(this.out);
    const result = isPart
      ? // A part with a folder of its own has a list of its own.
        (await readMineResult(out)).result
      : done?.command === "mine"
        ? done.result
        : await minePool({ ...request, force, resume, out });
    for (const warning of mineWarnings(result)) this.warn(warning);
    this.print(result, () => mineLines(result));
    this.note(`the list is in ${out}`);
    refuseDamaged(result);
    return 0;
  }

  override async countWork(): Promise<PlannedWork> {
    return countPool(await this.#request());
  }

  async #request(): Promise<WithoutPlace> {
    return {
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
      copies: this.copies,
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      signal: this.signal,
      progress: this.progress,
    };
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
