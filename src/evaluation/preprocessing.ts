import { SpuriousError } from "../errors.js";
import type { Preset, Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";

export interface PreprocessingFlags {
  readonly preset?: Preset | undefined;
  readonly cropFraction?: number | undefined;
  readonly interpolation?: "bicubic" | "bilinear" | undefined;
}

/**
 * How pictures are prepared for a model. Crop fraction and interpolation belong to preset `model`:
 * the paper's presets fix both.
 * @throws USAGE_INVALID preset `model` without them in flags or metadata, flags without effect, a
 *   crop fraction that leaves nothing or is above 1
 */
export function choosePreprocessing(
  { preset = "paper-v2", cropFraction, interpolation }: PreprocessingFlags,
  { inputSize, metadata }: Pick<Classifier, "inputSize" | "metadata">,
): Preprocessing {
  if (preset !== "model") {
    if (cropFraction !== undefined || interpolation !== undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        `choosing the preprocessing: --crop-fraction, --interpolation: expected them with --preset model, got --preset ${preset}`,
      );
    }
    return { preset, size: inputSize.value };
  }
  const chosen = {
    cropFraction: cropFraction ?? metadata.cropFraction,
    interpolation: interpolation ?? metadata.interpolation,
  };
  if (chosen.cropFraction === undefined || chosen.interpolation === undefined) {
    throw new SpuriousError(
      "USAGE_INVALID",
      "choosing the preprocessing: --preset model: expected crop fraction and interpolation in the model's metadata or by flag, got none",
      { hint: "pass --crop-fraction F --interpolation bicubic|bilinear" },
    );
  }
  const { cropFraction: fraction, interpolation: filter } = chosen;
  if (!(fraction > 0 && fraction <= 1)) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `choosing the preprocessing: crop fraction: expected a number above 0 and at most 1, got ${String(fraction)}`,
    );
  }
  return {
    preset,
    model: { inputSize: inputSize.value, cropFraction: fraction, interpolation: filter },
  };
}
