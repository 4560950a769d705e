import { toFloat32 } from "../../artefacts/dense.js";
import { SpuriousError } from "../../errors.js";
import { type ModelFlags, normalizationFlag } from "../model-options.js";
import type { ImportPreset } from "./presets.js";
import type { FoundWeights } from "./state-dict.js";

/** How pictures are normalised inside the model; null: not at all. */
export interface ImportedNormalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly origin: "flag" | "checkpoint" | "preset";
}

/** What flags say: null for none at all, undefined where they are silent. */
export function givenNormalization(request: ModelFlags): ImportedNormalization | null | undefined {
  const flag = normalizationFlag(request);
  if (flag === undefined) return undefined;
  if (flag.where === "inside") {
    throw new SpuriousError(
      "USAGE_INVALID",
      "choosing the normalisation: --normalize inside: expected imagenet, inception, openai-clip or none, got a checkpoint, which has no graph",
      { input: "inside" },
    );
  }
  return flag.where === "none" ? null : { mean: flag.mean, std: flag.std, origin: "flag" };
}

/** The normaliser that a checkpoint keeps beside its model. */
export async function ownNormalization(
  path: string,
  { normalizer }: FoundWeights,
): Promise<ImportedNormalization | null> {
  if (normalizer === null) return null;
  const [mean = [], std = []] = await Promise.all(
    [normalizer.mean, normalizer.std].map(async (tensor) => [
      ...toFloat32((await tensor.load()).data),
    ]),
  );
  const finite = [...mean, ...std].every((value) => Number.isFinite(value));
  if (finite && mean.length === 3 && std.length === 3 && std.every((value) => value > 0)) {
    return { mean, std, origin: "checkpoint" };
  }
  throw new SpuriousError(
    "CHECKPOINT_INVALID",
    `reading a checkpoint: ${path}: expected a normaliser of three means and three deviations above 0, got [${mean.join(", ")}] and [${std.join(", ")}]`,
    { input: path },
  );
}

export function chooseNormalization(
  path: string,
  given: ImportedNormalization | null | undefined,
  own: ImportedNormalization | null,
  preset: ImportPreset | null,
): ImportedNormalization | null {
  if (given !== undefined) return given;
  if (own !== null) return own;
  const { mean, std } = normalizationFlag({ normalize: preset?.normalize }) ?? {};
  if (mean !== undefined && std !== undefined) return { mean, std, origin: "preset" };
  throw new SpuriousError(
    "NORMALIZATION_UNKNOWN",
    `choosing the normalisation: ${path}: expected a flag, a preset or a normaliser in the checkpoint, got none of them`,
    { hint: "pass --normalize imagenet|inception|openai-clip|none, or --mean r,g,b --std r,g,b" },
  );
}

/** Numbers as people write them: float32 has no more than six digits to show. */
export function shortNumbers(values: readonly number[]): string {
  return values.map((value) => String(Number(value.toPrecision(6)))).join(", ");
}
