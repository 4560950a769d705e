import type { Sample } from "../datasets/sample.js";
import type { SpuriousError } from "../errors.js";
import { forwardImages } from "../evaluation/forward-images.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Classifier } from "../models/classifier.js";
import { addon } from "../native/load.js";
import { imageProbabilities } from "../scoring/softmax.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";

/** A picture and what results call it. */
export type NamedImage = Pick<Sample, "source" | "path">;

export interface ImageFeatures {
  readonly path: string;
  /** Penultimate features: [d], valid until the next one is asked for. */
  readonly features: Float32Array;
  /** p_k of the class asked about. */
  readonly probability: number;
}

export interface FeatureOptions {
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
  /** Called for pictures that cannot be read. */
  readonly onUnread: (image: NamedImage, error: SpuriousError) => void;
}

/** Features and p_k of any pictures, prepared as training images are (`paper-v2`, val). */
export async function* imageFeatures(
  classifier: Classifier,
  images: readonly NamedImage[],
  column: number,
  options: FeatureOptions,
): AsyncGenerator<ImageFeatures> {
  const { maxPixels, signal, progress = NO_PROGRESS, onUnread } = options;
  const preprocessing = { preset: "paper-v2", size: classifier.inputSize.value } as const;
  const load = ({ source }: NamedImage) =>
    preprocessImage(source, { preprocessing, split: "val", maxPixels }, addon());
  progress.begin("reading images", images.length, "images");
  try {
    const steps = forwardImages(classifier, images, load, {
      features: true,
      ...(signal && { signal }),
    });
    for await (const { done, unread } of steps) {
      for (const { source, error } of unread) onUnread(source, error);
      for (const { source, logits, features } of done) {
        const { p } = imageProbabilities(logits, column, classifier.temperature.value);
        if (features) yield { path: source.path, features, probability: p };
      }
      progress.advance(done.length + unread.length);
    }
  } finally {
    progress.end();
  }
}
