import { SpuriousError } from "../../errors.js";
import type { Architecture } from "./architectures.js";

/** What is known of a published checkpoint. */
export interface ImportPreset {
  readonly arch: Architecture;
  /** Of p = softmax(logits / T). */
  readonly temperature: number;
  /** Put into the model, which then takes pictures in [0, 1]. */
  readonly normalize: "imagenet";
  /** Side of the input in pixels. */
  readonly size: number;
  readonly description: string;
}

export const IMPORT_PRESETS: Readonly<Record<string, ImportPreset>> = {
  "robust-resnet50": {
    arch: "resnet50",
    temperature: 0.7155761122703552,
    normalize: "imagenet",
    size: 224,
    description: "the l2-robust ResNet50 whose 322 components the paper labelled",
  },
};

/** @throws USAGE_INVALID naming those there are */
export function requireImportPreset(name: string): ImportPreset {
  const preset = Object.hasOwn(IMPORT_PRESETS, name) ? IMPORT_PRESETS[name] : undefined;
  if (preset !== undefined) return preset;
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing a preset: ${name}: expected one of ${Object.keys(IMPORT_PRESETS).join(", ")}, got another`,
    { input: name },
  );
}
