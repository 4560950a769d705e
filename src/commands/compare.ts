import { join } from "node:path";
import { Command, Option } from "clipanion";
import { compareResults, type Comparison } from "../comparison/compare.js";
import { writeComparison } from "../comparison/write-comparison.js";
import { counted, score, signed, signedRange } from "../report/format.js";
import { plainLabel, terminalTable } from "../results/terminal-table.js";
import { BaseCommand, wholeNumber } from "./base.js";

export class CompareCommand extends BaseCommand {
  static override paths = [["compare"]];
  static override usage = Command.Usage({
    category: "Results",
    description: "two results on the same images",
    details: `
      Differences of average precision and AUROC, second less first, with paired bootstrap
      intervals: what both models have in common on an image cancels. Both results must hold the
      same images. With \`--out\` it writes compare.json and compare.html, a page that opens offline
      and shows the images whose probability changed most, as far as the data folders that the
      results name are still there.
    `,
    examples: [
      [
        "Two models",
        "spurious-native compare results/resnet50 results/convnext --out results/compared",
      ],
    ],
  });

  first = Option.String({ name: "RESULT_A" });
  second = Option.String({ name: "RESULT_B" });
  bootstrap = Option.String("--bootstrap", "2000", {
    description: "Resamples for the intervals; 0 for none",
  });
  seed = Option.String("--seed", "0", { description: "Seed of the bootstrap" });
  images = Option.String("--images", "24", { description: "Changed images listed" });
  out = Option.String("--out", { description: "Folder for compare.json and compare.html" });
  force = Option.Boolean("--force", false, { description: "Replace what is in --out" });

  async execute(): Promise<number> {
    const comparison = await compareResults(this.first, this.second, {
      bootstrap: wholeNumber("--bootstrap", this.bootstrap, 0),
      seed: wholeNumber("--seed", this.seed, 0),
      images: wholeNumber("--images", this.images, 0),
    });
    if (this.out !== undefined) await this.#write(comparison, this.out);
    this.print(comparison, () => lines(comparison));
    return 0;
  }

  async #write(comparison: Comparison, out: string): Promise<void> {
    const { force, signal } = this;
    const { gone } = await writeComparison(comparison, out, { force, signal });
    if (gone.length > 0) {
      this.warn(
        `${counted(gone.length, "changed image is", "changed images are")} not in the data folders that the results name: the page lists the paths`,
      );
    }
    this.note(`open ${join(out, "compare.html")}`);
  }
}

function lines({ first, second, mean, joint, classes, images }: Comparison): string[] {
  const overall = ([name, difference]: readonly ["mean" | "joint", typeof mean]): string[] => [
    name,
    score(first.score[name]),
    score(second.score[name]),
    signed(difference.ap),
    signedRange(difference.apCi95),
    signed(difference.auroc),
  ];
  const rows = classes.map((row) => [
    `${String(row.index)} ${plainLabel(row.label)}`,
    score(row.first),
    score(row.second),
    signed(row.ap),
    signedRange(row.apCi95),
    signed(row.auroc),
  ]);
  const table = terminalTable(
    [
      { title: "spurious score", align: "left" },
      { title: "A", align: "right" },
      { title: "B", align: "right" },
      { title: "B - A", align: "right" },
      { title: "95 % interval", align: "left" },
      { title: "AUROC B - A", align: "right" },
    ],
    [...[["mean", mean] as const, ["joint", joint] as const].map(overall), ...rows],
  );
  const changed = terminalTable(
    [
      { title: "p in A", align: "right" },
      { title: "p in B", align: "right" },
      { title: "class", align: "right" },
      { title: "image", align: "left" },
    ],
    images.map((row) => [
      row.first.toFixed(3),
      row.second.toFixed(3),
      String(row.class),
      `${row.split} ${row.path}`,
    ]),
  );
  return [
    `A  ${first.folder}`,
    `B  ${second.folder}`,
    "",
    ...table,
    ...(images.length === 0 ? [] : ["", "Images that changed most", ...changed]),
  ];
}
