import { benchmarkFeatures, type PublishedScore, publishedScores } from "../imagenet/facts.js";
import type { EvalResult } from "../results/eval-result.js";

export interface PublishedPlace {
  readonly published: readonly PublishedScore[];
  /** Published models with a lower mean score. */
  readonly below: number;
  /** The published models with the nearest scores, one from below and one from above. */
  readonly next: { readonly lower: PublishedScore | null; readonly higher: PublishedScore | null };
}

/**
 * Where a result lies among the 77 published mean scores; null unless it is of exactly the classes
 * of the full benchmark, since scores of other classes compare with nothing published.
 */
export function publishedPlace(result: EvalResult): PublishedPlace | null {
  const wanted = new Set(benchmarkFeatures().map((feature) => feature.class));
  const complete =
    result.classes.length === wanted.size && result.classes.every(({ index }) => wanted.has(index));
  if (!complete) return null;
  const published = publishedScores();
  const ascending = [...published].sort((a, b) => a.score - b.score);
  const { mean } = result.score;
  const below = ascending.filter((row) => row.score < mean).length;
  return {
    published,
    below,
    next: { lower: ascending[below - 1] ?? null, higher: ascending[below] ?? null },
  };
}

/** Images of each kind that the published scores are of, per class. */
const PUBLISHED_IMAGES = { nVal: 50, nSpurious: 75 };
const PUBLISHED_PRESET = "paper-v2";

/** Why a place among the published scores is to be taken with care: whole sentences. */
export function publishedCaveats({ classes, provenance: { preset } }: EvalResult): string[] {
  const { nVal, nSpurious } = PUBLISHED_IMAGES;
  const other = classes.filter((row) => row.nVal !== nVal || row.nSpurious !== nSpurious).length;
  const caveats: string[] = [];
  if (other > 0) {
    caveats.push(
      `The published scores are of ${nVal} validation and ${nSpurious} spurious images of each class; ${other} of the ${classes.length} classes have other numbers here.`,
    );
  }
  if (preset !== null && preset !== PUBLISHED_PRESET) {
    caveats.push(
      `The published scores were computed with preprocessing ${PUBLISHED_PRESET}, this one with ${preset}.`,
    );
  }
  return caveats;
}

export type PretrainingGroup = "ImageNet-1k only" | "ImageNet-21k" | "larger sets";

export const PRETRAINING_GROUPS: readonly PretrainingGroup[] = [
  "ImageNet-1k only",
  "ImageNet-21k",
  "larger sets",
];

/** What a published model was trained on, in three groups. */
export function pretrainingGroup({
  pretraining,
}: Pick<PublishedScore, "pretraining">): PretrainingGroup {
  if (pretraining === "ImageNet1k") return "ImageNet-1k only";
  return pretraining.startsWith("ImageNet21k") ? "ImageNet-21k" : "larger sets";
}
