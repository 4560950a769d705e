import { type PublishedScore, publishedScores } from "../../imagenet/facts.js";
import { type Architecture, ARCHITECTURES, parameterCount, planOf } from "./architectures.js";
import { IMPORT_PRESETS, type ImportPreset } from "./presets.js";

export interface ModelList {
  /** The paper's Table 2, by score, the best first. */
  readonly published: readonly PublishedScore[];
  /** Architectures of `models import`; parameters with 1000 outputs. */
  readonly importable: readonly { readonly arch: Architecture; readonly parameters: number }[];
  readonly presets: Readonly<Record<string, ImportPreset>>;
}

/** The models this program knows about: published results, and what a checkpoint can be made into. */
export function listModels(): ModelList {
  return {
    published: [...publishedScores()].sort((a, b) => b.score - a.score),
    importable: ARCHITECTURES.map((arch) => ({
      arch,
      parameters: parameterCount(planOf(arch, 1000)),
    })),
    presets: IMPORT_PRESETS,
  };
}
