import { readFileSync } from "node:fs";

/**
 * Facts built into the package (data/README.md says where they come from). Each is read at its
 * first use and then kept.
 */

/** One of the 1000 ImageNet-1k classes; `index` is torchvision's. */
export interface ImageNetClassFact {
  readonly index: number;
  readonly wnid: string;
  /** Short, `_` for spaces; two labels occur twice (134/517 and 638/639). */
  readonly label: string;
  /** Comma-separated. */
  readonly synonyms: string;
  readonly definition: string;
}

/** One of the 100 features of Spurious ImageNet v2. */
export interface BenchmarkFeature {
  readonly class: number;
  readonly label: string;
  /** The feature in words, for example "bird feeder". */
  readonly feature: string;
  /** Rank by attack confidence as in the paper's figure; not the eigen index. */
  readonly figure_rank: number;
  readonly eigen_indices: readonly number[];
}

/** One row of the paper's Table 2; accuracies in percent, null where not published. */
export interface PublishedScore {
  readonly pretraining: string;
  readonly model: string;
  /** timm's model name. */
  readonly timm: string;
  readonly accuracy: number | null;
  readonly score: number;
  readonly spufix_accuracy: number | null;
  readonly spufix_score: number;
}

/** Where the ImageNet-1k classes lie in a wider head. */
export interface WideHead {
  readonly name: string;
  readonly width: number;
  /** Column of class k, -1 where the head lacks it; 1000 entries. */
  readonly columns: readonly number[];
}

export const imageNetClasses = fact<readonly ImageNetClassFact[]>("imagenet_classes.json");
export const benchmarkFeatures = fact<readonly BenchmarkFeature[]>("benchmark_features.json");
/** Eigen indices labelled spurious (322 of 233 classes), by class index. */
export const spuriousComponents = fact<Readonly<Record<string, readonly number[]>>>(
  "spurious_components.json",
);
export const publishedScores = fact<readonly PublishedScore[]>("paper_table2.json");

const wideHeadFile = fact<{ heads: readonly WideHead[] }>("wide_heads.json");
export const wideHeads = (): readonly WideHead[] => wideHeadFile().heads;

function fact<T>(file: string): () => T {
  let value: T | undefined;
  return () =>
    (value ??= JSON.parse(
      readFileSync(new URL(`../../data/${file}`, import.meta.url), "utf8"),
    ) as T);
}
