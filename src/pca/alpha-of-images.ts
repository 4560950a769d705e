import { fileSource } from "../images/read-image.js";
import { alphasOf, shareBelow, trainAlphas } from "./alpha.js";
import { requireColumn } from "./class-column.js";
import { findPcaClass, readClassPca, requireComponent } from "./class-pca.js";
import { type FeatureOptions, imageFeatures } from "./image-features.js";
import { openPcaModel, type PcaModelRequest } from "./open-model.js";
import { readPcaIndex } from "./pca-index.js";

export interface ComponentAlpha {
  readonly eigenIndex: number;
  readonly alpha: number;
  /** Largest alpha of the class's training images. */
  readonly trainMax: number;
  /** Share of training images with a smaller alpha, 0 to 1. */
  readonly trainShareBelow: number;
}

/** The document of `pca alpha --json`. */
export interface AlphaResult {
  readonly class: number;
  readonly images: readonly {
    readonly path: string;
    readonly probability: number;
    /** Most suspicious first: by alpha as a share of the training maximum. */
    readonly components: readonly ComponentAlpha[];
  }[];
}

export interface AlphaRequest extends PcaModelRequest, Omit<FeatureOptions, "onUnread"> {
  readonly pca: string;
  readonly images: readonly string[];
  readonly class: number;
  /** Eigen indices; default: all stored. */
  readonly components?: readonly number[] | undefined;
}

/**
 * alpha_l of new images for components of one class, beside what the training images have.
 * @throws USAGE_INVALID, ARTEFACT_INVALID, MODEL_*, the error of the first unreadable image
 */
export async function alphaOfImages(request: AlphaRequest): Promise<AlphaResult> {
  const index = await readPcaIndex(request.pca);
  const entry = findPcaClass(index, request.class);
  const pca = await readClassPca(request.pca, entry);
  const components = request.components?.map((one) =>
    requireComponent(request.pca, pca, entry, one),
  ) ?? [...Array(pca.count).keys()];
  const training = new Map(components.map((one) => [one, trainAlphas(pca, one).sort()]));
  await using classifier = await openPcaModel(request.pca, index, request);
  const column = requireColumn(classifier.classMap, request.class);
  const found = new Map<string, AlphaResult["images"][number]>();
  const images = request.images.map((path) => ({ source: fileSource(path), path }));
  const features = imageFeatures(classifier, images, column, {
    ...request,
    onUnread: (_, error) => {
      throw error;
    },
  });
  for await (const { path, features: phi, probability } of features) {
    const alphas = alphasOf(pca, phi);
    const described = components.map((eigenIndex) => {
      const alpha = alphas[eigenIndex] as number;
      const sorted = training.get(eigenIndex) ?? new Float32Array();
      const trainMax = sorted.at(-1) ?? Number.NaN;
      return { eigenIndex, alpha, trainMax, trainShareBelow: shareBelow(sorted, alpha) };
    });
    // A component that weighs nothing in the logit has alpha 0 everywhere.
    const suspicion = ({ alpha, trainMax }: ComponentAlpha): number =>
      trainMax > 0 ? alpha / trainMax : 0;
    described.sort((a, b) => suspicion(b) - suspicion(a) || a.eigenIndex - b.eigenIndex);
    found.set(path, { path, probability, components: described });
  }
  return {
    class: request.class,
    images: request.images.flatMap((path) => found.get(path) ?? []),
  };
}
