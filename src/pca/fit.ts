import { resolve } from "node:path";
import {
  readTrainSet,
  type TrainImage,
  trainImages,
  trainImageSizes,
  type TrainSet,
} from "../datasets/train-set.js";
import { SpuriousError } from "../errors.js";
import { hashOfNames } from "../evaluation/journal.js";
import { forwardImages, type Step } from "../evaluation/forward-images.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Preprocessing } from "../images/presets.js";
import { classInfos } from "../imagenet/class-info.js";
import { selectClasses } from "../imagenet/class-selection.js";
import { presentClasses } from "../imagenet/present-classes.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import type { PcaSolver } from "../native/contract.js";
import { addon } from "../native/load.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { imageProbabilities } from "../scoring/softmax.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { requireColumn } from "./class-column.js";
import { ClassRows } from "./class-rows.js";
import { PcaWriter, type PcaWriterOptions } from "./pca-writer.js";
import { isBegunPca, type PcaIndex, type PcaModel } from "./pca-index.js";
import { indexRanges, type Settings } from "./same-settings.js";

export interface PcaFitRequest extends ClassifierRequest, ResultFolderOptions {
  /** The training pictures: class folders, of whatever openPictureTree takes. */
  readonly train: string;
  /** For example "94,207-210", "benchmark", "labelled", "all" (see selectClasses). */
  readonly classes: string;
  /** Components stored at most, default 128; never one at or past the rank. */
  readonly components?: number | undefined;
  readonly solver?: PcaSolver | undefined;
  readonly out: string;
  /** Leave out classes that a wide head has no column for, instead of refusing. */
  readonly allowMissingClasses?: boolean | undefined;
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

export const DEFAULT_COMPONENTS = 128;

/**
 * Class-wise neural PCA: one forward pass over the training images gives features and p_k; a class
 * is solved and written as soon as its last image has been seen, while the next ones are read.
 * Images are prepared as `paper-v2` validation images. Finished classes are kept when the work is
 * interrupted, and `resume` goes on behind them.
 * @throws DATA_*, MODEL_*, CLASS_MAP_INVALID, PCA_INPUT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, RESUME_MISMATCH,
 *   CANCELLED
 */
export async function fitPca(request: PcaFitRequest): Promise<PcaIndex> {
  await using folder = await ResultFolder.open(request.out, request, isBegunPca);
  await using classifier = await Classifier.open({ ...request, needsFeatures: true });
  const { train, options } = await prepareFit(request, classifier);
  const writer = await PcaWriter.open(folder.path, { ...options, resume: request.resume ?? false });
  await forwardClasses(request, classifier, train, writer);
  // Awaited here: the folder would be given up first.
  return await writer.finish();
}

/** What is known before the first image. */
export interface PreparedFit {
  /** All classes. */
  readonly train: TrainSet;
  readonly options: Omit<PcaWriterOptions, "resume">;
}

/** @throws DATA_*, CLASS_MAP_INVALID, MODEL_OUTPUT_UNSUPPORTED */
export async function prepareFit(
  request: Omit<PcaFitRequest, "out">,
  classifier: Classifier,
): Promise<PreparedFit> {
  const { classMap } = classifier;
  // Known now rather than after hours of images.
  const { present, missing } = presentClasses(classMap, selectClasses(classMap, request.classes), {
    of: "--classes",
    allowMissing: request.allowMissingClasses,
  });
  const train = await readTrainSet(request.train, classMap, present, request);
  const head = await classifier.engine.headWeights();
  const preprocessing = preprocessingOf(classifier);
  const options = {
    infoOf: classInfos(classMap),
    head,
    columnOf: (index: number) => requireColumn(classMap, index),
    model: describeModel(classifier),
    train: train.root,
    preset: preprocessing.preset,
    components: request.components ?? DEFAULT_COMPONENTS,
    solver: request.solver ?? "auto",
    device: classifier.engine.device,
    settings: await settingsOf(request, classifier, train, preprocessing),
    provenance: {
      version: VERSION,
      ...classifier.provenance(),
      torch: addon().addonInfo().torch,
      preprocessing,
      missingClasses: missing.map(({ index, label }) => ({ index, label })),
      started: new Date().toISOString(),
    },
  };
  return { train, options };
}

function preprocessingOf({ inputSize }: Classifier): Preprocessing {
  return { preset: "paper-v2", size: inputSize.value };
}

/** @param train the classes that are wanted; those that the writer has are left out */
export async function forwardClasses(
  request: Omit<PcaFitRequest, "out">,
  classifier: Classifier,
  train: TrainSet,
  writer: PcaWriter,
): Promise<void> {
  const preprocessing = preprocessingOf(classifier);
  const { signal, maxPixels, progress = NO_PROGRESS } = request;
  const left = train.classes.filter(({ index }) => !writer.has(index));
  const images = trainImages({ ...train, classes: left });
  const rows = new ClassRows(left, classifier.engine.description.head?.features ?? 0);
  const total = train.classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  progress.begin("reading training images", total, "images", total - images.length);
  const load = (image: TrainImage) =>
    preprocessImage(image.source, { preprocessing, split: "val", maxPixels }, addon());
  try {
    const steps = forwardImages(classifier, images, load, {
      features: true,
      ...(signal && { signal }),
    });
    for await (const step of steps) {
      addStep(rows, step, classifier);
      // A finished class is solved while the next images are read; one waits at most.
      for (const finished of rows.takeFinished()) await writer.add(finished);
      progress.advance(step.done.length + step.unread.length);
    }
  } finally {
    await writer.settle();
    progress.end();
  }
}

function addStep(rows: ClassRows, step: Step<TrainImage>, classifier: Classifier): void {
  for (const { source, error } of step.unread) {
    rows.skip(source.classIndex, source.path, error.message);
  }
  for (const { source, logits, features } of step.done) {
    if (features === null) throw new SpuriousError("INTERNAL", "a forward pass without features");
    const column = requireColumn(classifier.classMap, source.classIndex);
    const { p } = imageProbabilities(logits, column, classifier.temperature.value);
    rows.add(source.classIndex, source.path, features, p);
  }
}

/** What decides a class's features and p_k, and of which images they are. */
async function settingsOf(
  { maxPixels }: Omit<PcaFitRequest, "out">,
  classifier: Classifier,
  train: TrainSet,
  preprocessing: Preprocessing,
): Promise<Settings> {
  return {
    model: classifier.sha256,
    dtype: classifier.engine.dtype,
    preprocessing,
    normalization: classifier.normalization.value,
    temperature: classifier.temperature.value,
    classMap: classifier.classMap.name,
    maxPixels: maxPixels ?? null,
    classes: indexRanges(train.classes.map(({ index }) => index)),
    images: hashOfNames(train.classes.flatMap(({ pictures }) => pictures)),
    imageSizes: await trainImageSizes(train),
  };
}

function describeModel(classifier: Classifier): PcaModel {
  const { file, sha256, inputSize, normalization, temperature } = classifier;
  return {
    path: resolve(file),
    sha256,
    inputSize: inputSize.value,
    normalization: normalization.value,
    temperature: temperature.value,
    classMap: classifier.classMapSpec ?? null,
  };
}
