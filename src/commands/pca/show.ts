import { join } from "node:path";
import { Command, Option } from "clipanion";
import { spectrumOf, spectrumPng, spectrumSvg, type Spectrum } from "../../pca/spectrum.js";
import { resolvePcaClass } from "../../pca/resolve-class.js";
import { writeFilesAtomic } from "../../results/atomic.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { BaseCommand, wholeNumber } from "../base.js";

export class PcaShowCommand extends BaseCommand {
  static override paths = [["pca", "show"]];
  static override usage = Command.Usage({
    category: "Neural PCA",
    description: "the spectrum of a class",
    details: `
      Prints, per component, its eigenvalue, its share of the variance, <1, v> (what it weighs in
      the logit) and the range of alpha over the training images. \`--plot\` writes the spectrum as
      PNG and SVG.
    `,
    examples: [["Hummingbird", "spurious-native pca show pca --class 94 --plot plots"]],
  });

  pca = Option.String({ name: "PCA" });
  class = Option.String("--class", { required: true, description: "Index or name of a class" });
  components = Option.String("--components", "20", { description: "Components printed" });
  plot = Option.String("--plot", { description: "Folder for the plot" });

  async execute(): Promise<number> {
    const index = await resolvePcaClass(this.pca, this.class);
    const spectrum = await spectrumOf(this.pca, index);
    const printed = wholeNumber("--components", this.components, 1);
    if (this.plot !== undefined) {
      const name = `spectrum-${String(index).padStart(3, "0")}`;
      await writeFilesAtomic(this.plot, [
        { name: `${name}.svg`, content: spectrumSvg(spectrum) },
        { name: `${name}.png`, content: await spectrumPng(spectrum) },
      ]);
      this.note(`wrote ${join(this.plot, name)}.svg and .png`);
    }
    this.print(spectrum, () => lines(spectrum, printed));
    return 0;
  }
}

function lines(spectrum: Spectrum, printed: number): string[] {
  const shown = spectrum.components.slice(0, printed);
  const left = spectrum.components.length - shown.length;
  const table = terminalTable(
    [
      { title: "eigen index", align: "right" },
      { title: "eigenvalue", align: "right" },
      { title: "variance", align: "right" },
      { title: "<1, v>", align: "right" },
      { title: "alpha, least to most", align: "right" },
    ],
    shown.map((row) => [
      String(row.eigenIndex),
      row.eigenvalue.toPrecision(5),
      `${(row.varianceShare * 100).toFixed(2)} %`,
      row.sum.toFixed(3),
      `${row.alphaMin.toFixed(3)} to ${row.alphaMax.toFixed(3)}`,
    ]),
  );
  return [
    `Class ${String(spectrum.class)} (${plainLabel(spectrum.label)}): ${String(spectrum.images)} training images, ${String(spectrum.features)} features, rank ${String(spectrum.rank)}`,
    "",
    ...table,
    ...(left > 0 ? [`${String(left)} more are stored`] : []),
  ];
}
