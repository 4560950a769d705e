import { availableParallelism } from "node:os";
import { Command, Option } from "clipanion";
import { DEFAULT_CACHE } from "../bench/files.js";
import { benchPython } from "../bench/python.js";
import { bench } from "../bench/run.js";
import { benchLines } from "../bench/table.js";
import { writeFileAtomic } from "../results/atomic.js";
import { wholeNumber } from "./base.js";
import { ModelCommand } from "./model-command.js";

const DEFAULT_BATCH = 32;

export class BenchCommand extends ModelCommand {
  static override paths = [["bench"]];
  static override usage = Command.Usage({
    category: "Inspect",
    description: "throughput beside other programs on the same machine",
    details: `
      Measures \`forward\` (forward passes), \`preprocess\` (decode, resize and crop on one core),
      \`eval\` (from files to the score), \`pca\` (class-wise neural PCA of given features),
      \`attack\` (feature attack images), \`cam\` (Grad-CAM of alpha), \`spufix\` (forward passes with a
      fix built in) or \`mine\` (ranking a pool by alpha) beside other programs. Every side runs in a process of its
      own with as many threads and the same precision, is warmed up first, and takes turns with the
      others; the table holds medians, spreads, ratios and the machine's own limit.

      The peers need Python 3 with torch, pillow, numpy, scikit-learn and grad-cam (the one that SPURIOUS_NATIVE_BENCH_PYTHON names,
      else python3) and the npm package onnxruntime-node; one that is missing is left out and named.
      Without \`--model\` a ResNet50 with seeded weights is made by that Python; without \`--images\`
      pictures are painted.
    `,
    examples: [
      ["Forward passes of a ResNet50", "spurious-native bench forward"],
      ["One peer, more runs", "spurious-native bench preprocess --peer pillow --runs 9"],
      ["To a file", "spurious-native bench eval --out bench-eval.json"],
    ],
  });

  what = Option.String({ name: "WHAT" });
  peer = Option.Array("--peer", {
    description: "Measure this peer only; may be repeated; none for no peer (default: all)",
  });
  runs = Option.String("--runs", "5", { description: "Timed runs of each side" });
  model = Option.String("--model", { description: "TorchScript file instead of the ResNet50" });
  images = Option.String("--images", {
    description: "Folder of pictures; for eval one that holds images/ and val/",
  });
  cache = Option.String("--cache", DEFAULT_CACHE, {
    description: "Folder for models and pictures that are made once",
  });
  out = Option.String("--out", { description: "Write the JSON document to this file, too" });

  async execute(): Promise<number> {
    const flags = this.classifierRequest(this.model ?? "");
    const document = await bench({
      what: this.what,
      only: this.peer,
      runs: wholeNumber("--runs", this.runs, 1),
      threads: flags.threads ?? availableParallelism(),
      batch: flags.batch ?? DEFAULT_BATCH,
      dtype: flags.dtype ?? "fp32",
      model: this.model === undefined ? undefined : flags,
      images: this.images,
      cache: this.cache,
      python: benchPython(),
      signal: this.signal,
      note: (text) => this.note(text),
      progress: this.progress,
    });
    if (this.out !== undefined) {
      await writeFileAtomic(this.out, `${JSON.stringify(document, null, 2)}\n`);
    }
    this.print(document, () => benchLines(document, this.style));
    return 0;
  }
}
