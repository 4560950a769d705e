import { SpuriousError } from "../errors.js";
import { openPictureTree } from "../sources/open-tree.js";
import { listPictures, TreePicture } from "../sources/picture-tree.js";
import { alphasOf, trainAlphas } from "./alpha.js";
import { requireColumn } from "./class-column.js";
import { type ClassPca, findPcaClass, readClassPca, requireComponent } from "./class-pca.js";
import { type FeatureOptions, imageFeatures, type NamedImage } from "./image-features.js";
import { openPcaModel, type PcaModelRequest } from "./open-model.js";
import { type PcaIndex, readPcaIndex } from "./pca-index.js";

export interface RankedImage {
  readonly path: string;
  readonly alpha: number;
  readonly probability: number;
}

/** The document of `pca rank --json`. */
export interface RankResult {
  readonly class: number;
  /** Eigen index. */
  readonly component: number;
  /** Largest alpha first. */
  readonly top: readonly RankedImage[];
  /** Smallest alpha first. */
  readonly least: readonly RankedImage[];
  readonly images: number;
  readonly skipped: readonly { readonly path: string; readonly message: string }[];
}

export interface RankRequest extends PcaModelRequest, Omit<FeatureOptions, "onUnread"> {
  readonly pca: string;
  readonly class: number;
  readonly component: number;
  /** Images at each end; default 5. */
  readonly top?: number | undefined;
  readonly least?: number | undefined;
  /** Rank the pictures of this folder instead of the training images. */
  readonly pool?: string | undefined;
}

/**
 * The images that activate a component most and least: of the class's training images, whose alphas
 * are stored, or of any folder, which needs a forward pass.
 * @throws USAGE_INVALID, ARTEFACT_INVALID, DATA_NOT_FOUND, DATA_LAYOUT, MODEL_*
 */
export async function rankImages(request: RankRequest): Promise<RankResult> {
  const { top = 5, least = 5 } = request;
  const index = await readPcaIndex(request.pca);
  const entry = findPcaClass(index, request.class);
  const pca = await readClassPca(request.pca, entry);
  const component = requireComponent(request.pca, pca, entry, request.component);
  const skipped: { path: string; message: string }[] = [];
  const ranked =
    request.pool === undefined
      ? rankTraining(pca, component)
      : await rankPool(request, request.pool, index, pca, skipped);
  return {
    class: request.class,
    component,
    top: ranked.slice(0, top),
    least: ranked.slice(Math.max(0, ranked.length - least)).reverse(),
    images: ranked.length,
    skipped,
  };
}

/** The training images of a class by alpha, the largest first; equal ones in their order. */
export function rankTraining(pca: ClassPca, component: number): RankedImage[] {
  const alphas = trainAlphas(pca, component);
  return pca.images
    .map((path, row) => ({
      path,
      alpha: alphas[row] as number,
      probability: pca.probabilities[row] as number,
    }))
    .sort(byAlpha);
}

async function rankPool(
  request: RankRequest,
  pool: string,
  index: PcaIndex,
  pca: ClassPca,
  skipped: { path: string; message: string }[],
): Promise<RankedImage[]> {
  const tree = await openPictureTree(pool, request);
  const { pictures } = await listPictures(tree);
  if (pictures.length === 0) {
    throw new SpuriousError(
      "DATA_LAYOUT",
      `ranking a pool: ${pool}: expected a folder with pictures in it, got none`,
      { input: pool },
    );
  }
  const images: NamedImage[] = pictures.map((path) => ({
    path,
    source: new TreePicture(tree, path),
  }));
  await using classifier = await openPcaModel(request.pca, index, request);
  const column = requireColumn(classifier.classMap, request.class);
  const rows: RankedImage[] = [];
  const features = imageFeatures(classifier, images, column, {
    ...request,
    onUnread: ({ path }, { message }) => skipped.push({ path, message }),
  });
  for await (const { path, features: phi, probability } of features) {
    rows.push({ path, alpha: alphasOf(pca, phi)[request.component] as number, probability });
  }
  return rows.sort(byAlpha);
}

function byAlpha(a: RankedImage, b: RankedImage): number {
  return b.alpha - a.alpha || (a.path < b.path ? -1 : 1);
}
