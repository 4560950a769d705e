import { Command, Option } from "clipanion";
import { pixels } from "../images/pixels.js";
import { PRESETS, type Preprocessing } from "../images/presets.js";
import { addon } from "../native/load.js";
import { terminalTable } from "../results/terminal-table.js";
import { BaseCommand, fraction, oneOf, wholeNumber } from "./base.js";

export class PixelsCommand extends BaseCommand {
  static override paths = [["pixels"]];
  static override usage = Command.Usage({
    category: "Inspect",
    description: "exactly what a model is given for a picture",
    details: `
      Decodes, resizes and crops pictures as \`eval\` does and prints the size and the SHA-256 of
      the RGB bytes, row by row. With \`--to\` the pixels are written as PNG.
    `,
    examples: [
      ["Hash", "spurious-native pixels photo.jpg --json"],
      ["Look", "spurious-native pixels photo.jpg --split spurious --size 384 --to looked-at"],
    ],
  });

  images = Option.Rest({ required: 1, name: "IMAGE" });
  preset = Option.String("--preset", "paper-v2", { description: "paper-v2, paper-v1 or model" });
  split = Option.String("--split", "val", { description: "val or spurious" });
  size = Option.String("--size", "224", { description: "The model's input size" });
  cropFraction = Option.String("--crop-fraction", "0.875", {
    description: "With --preset model: part of the resized shorter side that is kept",
  });
  interpolation = Option.String("--interpolation", "bicubic", {
    description: "With --preset model: bicubic or bilinear",
  });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  to = Option.String("--to", { description: "Folder for the pixels as PNG" });

  async execute(): Promise<number> {
    const rows = await pixels(
      this.images,
      {
        preprocessing: this.#preprocessing(),
        split: oneOf("--split", this.split, ["val", "spurious"]),
        maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
        to: this.to,
      },
      addon(),
    );
    this.print(rows, () =>
      terminalTable(
        [
          { title: "size", align: "right" },
          { title: "SHA-256 of the RGB bytes", align: "left" },
          { title: "file", align: "left" },
        ],
        rows.map(({ path, width, height, sha256 }) => [
          `${String(width)} x ${String(height)}`,
          sha256,
          path,
        ]),
      ),
    );
    return 0;
  }

  #preprocessing(): Preprocessing {
    const preset = oneOf("--preset", this.preset, PRESETS);
    const size = wholeNumber("--size", this.size, 1);
    if (preset !== "model") return { preset, size };
    const cropFraction = fraction("--crop-fraction", this.cropFraction);
    const interpolation = oneOf("--interpolation", this.interpolation, ["bicubic", "bilinear"]);
    return { preset, model: { inputSize: size, cropFraction, interpolation } };
  }
}
