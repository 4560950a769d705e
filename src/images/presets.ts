import type { Split } from "../datasets/sample.js";
import type { ResizeFilter } from "../native/contract.js";

export const PRESETS = ["paper-v2", "paper-v1", "model"] as const;
export type Preset = (typeof PRESETS)[number];

/** How a model's own evaluation prepares pictures (timm's resize, then centre crop). */
export interface ModelPreprocessing {
  /** Side of the square input in pixels. */
  readonly inputSize: number;
  /** Part of the resized picture's shorter side that is kept, above 0 and at most 1. */
  readonly cropFraction: number;
  readonly interpolation: ResizeFilter;
}

/** A preset and the input size, which is all that decides what a model is given. */
export type Preprocessing =
  | { readonly preset: "paper-v2" | "paper-v1"; readonly size: number }
  | { readonly preset: "model"; readonly model: ModelPreprocessing };

export interface ResizeRule {
  /** Length of the shorter side after the resize, at least `crop`. */
  readonly shorterSide: number;
  /** Side of the square cut from the centre; null: everything is kept. */
  readonly crop: number | null;
  readonly filter: ResizeFilter;
}

/** The rule of a preset: those of the paper treat the two splits differently. */
export function ruleOf(preprocessing: Preprocessing, split: Split): ResizeRule {
  if (preprocessing.preset === "model") {
    const { inputSize, cropFraction, interpolation } = preprocessing.model;
    return {
      shorterSide: Math.floor(inputSize / cropFraction),
      crop: inputSize,
      filter: interpolation,
    };
  }
  const { preset, size } = preprocessing;
  const filter = preset === "paper-v1" ? "bilinear" : "bicubic";
  if (split === "spurious") return { shorterSide: size, crop: null, filter };
  return { shorterSide: Math.trunc((256 / 224) * size), crop: size, filter };
}
