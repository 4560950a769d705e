import type { Arm } from "../evaluation/benchmark-run.js";
import type { Classifier } from "../models/classifier.js";
import type { SpuFix } from "./fix-file.js";
import { fixBetas, lowerLogits } from "./fold.js";
import { foldForClassifier } from "./fold-for-classifier.js";

/** Arms of one fix at several strengths: they lower the logits of its classes. */
export async function fixedArms(
  classifier: Classifier,
  fix: SpuFix,
  strengths: readonly number[],
  file: { readonly path: string; readonly sha256: string },
): Promise<Arm[]> {
  const { folded, scale } = await foldForClassifier(classifier, fix);
  // All arms of an image are asked for before the next image, and share its betas.
  let image: Float32Array | null = null;
  let betas: Float64Array = new Float64Array(0);
  const betasOf = (features: Float32Array): Float64Array => {
    if (features !== image) betas = fixBetas(folded, features);
    image = features;
    return betas;
  };
  return strengths.map((strength) => ({
    adjust: (logits, features) => {
      lowerLogits(folded, logits, betasOf(features), strength, scale);
    },
    provenance: { spufix: { ...file, strength, fit: fix.provenance } },
  }));
}
