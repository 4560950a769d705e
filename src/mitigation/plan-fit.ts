import type { TrainSet } from "../datasets/train-set.js";
import { hashOfNames } from "../evaluation/journal.js";
import type { LabelledComponents } from "./components-file.js";
import type { Discovery } from "./discovery-alphas.js";
import type { SkippedPicture } from "./join-by-name.js";

/** What a fit reads. */
export interface FitPlan {
  /** With the pictures that have an alpha. */
  readonly train: TrainSet;
  /** The others, by class. */
  readonly without: ReadonlyMap<number, readonly SkippedPicture[]>;
  /** Of all alphas of the classes. */
  readonly alphasSha256: string;
}

/**
 * Looks at all alphas, so that those that are missing or do not fit are told before hours of forward
 * passes.
 * @throws USAGE_INVALID, ARTEFACT_INVALID (see Discovery.of)
 */
export async function planFit(
  train: TrainSet,
  components: LabelledComponents,
  discovery: Discovery,
): Promise<FitPlan> {
  const classes: TrainSet["classes"][number][] = [];
  const without = new Map<number, SkippedPicture[]>();
  const hashes: string[] = [];
  for (const { index, pictures } of train.classes) {
    const alphas = await discovery.of(index, components.get(index) ?? [], pictures);
    const missing = new Set(alphas.without.map(({ path }) => path));
    classes.push({ index, pictures: pictures.filter((picture) => !missing.has(picture)) });
    without.set(index, alphas.without.map(leftOut));
    hashes.push(`${String(index)} ${await discovery.hashOf(index)}`);
  }
  return { train: { ...train, classes }, without, alphasSha256: hashOfNames(hashes) };
}

function leftOut({ path, message }: SkippedPicture): SkippedPicture {
  return {
    path,
    message: `left out: ${path}: the discovery model's PCA has no alpha of it: ${message}`,
  };
}
