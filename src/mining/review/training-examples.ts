import { join } from "node:path";
import { SpuriousError } from "../../errors.js";
import { findPcaClass, hashClassPca, readClassPca } from "../../pca/class-pca.js";
import { readPcaIndex } from "../../pca/pca-index.js";
import { type RankedImage, rankTraining } from "../../pca/rank.js";
import type { MineResult } from "../mine-result.js";

/** Shown of each component. */
const EXAMPLES = 5;

export interface TrainingExample extends RankedImage {
  readonly file: string;
}

/** Where the PCA and its training images are now. */
export interface ExamplesRequest {
  /** Default: where they were when the images were mined; none are shown if it is gone. */
  readonly pca?: string | undefined;
  readonly train?: string | undefined;
}

/**
 * The training images that activate each component most, by eigen index: what its feature looks
 * like.
 * @throws ARTEFACT_INVALID, DATA_NOT_FOUND a PCA was named that is none, or another
 */
export async function trainingExamples(
  result: MineResult,
  request: ExamplesRequest,
): Promise<Map<number, TrainingExample[]>> {
  const { pca: mined, train: trained } = result.provenance;
  const folder = request.pca ?? mined;
  if (typeof folder !== "string") return new Map();
  try {
    const index = await readPcaIndex(folder);
    const entry = findPcaClass(index, result.class.index);
    if ((await hashClassPca(folder, entry)) !== result.settings["pca"]) throw another(folder);
    const root = request.train ?? (trained as { folder?: string } | undefined)?.folder;
    const images = root ?? index.train;
    if (images === null || images === undefined) return new Map();
    const pca = await readClassPca(folder, entry);
    return new Map(
      result.components.map(({ eigenIndex }) => [
        eigenIndex,
        rankTraining(pca, eigenIndex)
          .slice(0, EXAMPLES)
          .map((one) => ({ ...one, file: join(images, one.path) })),
      ]),
    );
  } catch (error) {
    // The page does without; only what was asked for by name must be there.
    if (request.pca === undefined && error instanceof SpuriousError) return new Map();
    throw error;
  }
}

function another(folder: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading a PCA: ${folder}: expected the PCA that the images were mined with, got another`,
    { input: folder, hint: "give the folder that `mine` was given" },
  );
}
