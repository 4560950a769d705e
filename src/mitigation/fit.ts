import {
  readTrainSet,
  type TrainImage,
  trainImages,
  trainImageSizes,
  type TrainSet,
} from "../datasets/train-set.js";
import { SpuriousError } from "../errors.js";
import { forwardImages } from "../evaluation/forward-images.js";
import { hashOfNames, type JournalSettings } from "../evaluation/journal.js";
import type { Preprocessing } from "../images/presets.js";
import { preprocessImage } from "../images/preprocess.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import type { HeadWeights } from "../native/contract.js";
import { presentClasses } from "../imagenet/present-classes.js";
import { addon } from "../native/load.js";
import { ClassRows, type FinishedClass } from "../pca/class-rows.js";
import { refuseExisting } from "../results/result-folder.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import type { LabelledComponents } from "./components-file.js";
import { readComponents } from "./components-file.js";
import { centreFeatures, directionOf } from "./direction.js";
import { type Discovery, openDiscovery } from "./discovery-alphas.js";
import { FitJournal, type FittedClass } from "./fit-journal.js";
import { type SpuFix, writeFix } from "./fix-file.js";
import type { ClassDirections } from "./fold.js";
import { type FitPlan, planFit } from "./plan-fit.js";

export interface SpuFixFitRequest extends ClassifierRequest {
  readonly train: string;
  /** PCA folder of the discovery model, or a folder of the original's alphas (see openDiscovery). */
  readonly alphas: string;
  /** `paper` or a JSON file (see readComponents); default `paper`. */
  readonly components?: string | undefined;
  /** The file to write. */
  readonly out: string;
  readonly maxPixels?: number | undefined;
  /** Leave out classes that a wide head has no column for, instead of refusing. */
  readonly allowMissingClasses?: boolean | undefined;
  /** Replace the file, or an unfinished run. */
  readonly force?: boolean | undefined;
  /** Go on with an unfinished run. */
  readonly resume?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

/**
 * Fits the directions of labelled components in a model's own features: one forward pass over the
 * training images of their classes. The discovery model's alphas of the same images are joined by
 * name, or by position where they come without names; the provenance tells which. Images that the
 * discovery model's PCA could not read are left out and listed as skipped. Classes that are done are
 * kept beside the file until it is written, and `resume` goes on from them.
 * @throws OUTPUT_EXISTS, DATA_*, MODEL_*, CLASS_MAP_INVALID, ARTEFACT_INVALID, OUTPUT_WRITE_FAILED,
 *   CANCELLED
 */
export async function fitSpuFix(request: SpuFixFitRequest): Promise<SpuFix> {
  await refuseExisting(request.out, request.force ?? false);
  return await withPreparedFit(request, async (prepared) => {
    await using journal = await FitJournal.open(request.out, prepared.settings, request);
    const fitted = await fitClasses(request, prepared, prepared.plan.train.classes, journal);
    const fix = fixOf(fitted, prepared.modelSha256, prepared.provenance);
    await writeFix(request.out, fix);
    await journal.complete();
    return fix;
  });
}

/** All classes of a fix, in their order. @param provenance without what is known of the classes */
export function fixOf(
  fitted: readonly FittedClass[],
  modelSha256: string,
  { missingClasses, ...provenance }: FitProvenance,
): SpuFix {
  const all = [...fitted].sort((a, b) => a.directions.index - b.directions.index);
  return {
    classes: all.map(({ directions }) => directions),
    modelSha256,
    provenance: {
      ...provenance,
      skipped: all.flatMap(({ skipped }) => skipped),
      missingClasses,
      made: new Date().toISOString(),
    },
  };
}

/** What a fix says of how it was made, beside its classes. */
export interface FitProvenance {
  readonly missingClasses: readonly { readonly index: number; readonly label: string }[];
  readonly [other: string]: unknown;
}

/** What is known before the first image. */
export interface PreparedFix {
  readonly classifier: Classifier;
  readonly components: LabelledComponents;
  readonly discovery: Discovery;
  readonly train: TrainSet;
  readonly plan: FitPlan;
  readonly head: HeadWeights;
  readonly settings: JournalSettings;
  readonly modelSha256: string;
  readonly provenance: FitProvenance;
}

export type WithoutPlace = Omit<SpuFixFitRequest, "out" | "force" | "resume">;

/** Opens alphas, model and training images, and closes the model when `use` has ended. */
export async function withPreparedFit<T>(
  request: WithoutPlace,
  use: (prepared: PreparedFix) => Promise<T>,
): Promise<T> {
  const components = await readComponents(request.components ?? "paper");
  const discovery = await openDiscovery(request.alphas);
  await using classifier = await Classifier.open({ ...request, needsFeatures: true });
  const { present, missing } = presentClasses(classifier.classMap, components.keys(), {
    of: "the labelled components",
    allowMissing: request.allowMissingClasses,
  });
  const train = await readTrainSet(request.train, classifier.classMap, present, request);
  const head = await classifier.engine.headWeights();
  const plan = await planFit(train, components, discovery);
  const settings = await settingsOf(request, classifier, train, components, discovery, plan);
  const provenance: FitProvenance = {
    version: VERSION,
    ...classifier.provenance(),
    preset: "paper-v2",
    train: train.root,
    components: request.components ?? "paper",
    discovery: { ...discovery.provenance, alphas: plan.alphasSha256 },
    missingClasses: missing.map(({ index, label }) => ({ index, label })),
  };
  const modelSha256 = classifier.sha256;
  const opened = { classifier, components, discovery, train, plan, head };
  return await use({ ...opened, settings, modelSha256, provenance });
}

/** Fits the classes that the journal does not have yet. @returns also those that it has */
export async function fitClasses(
  request: WithoutPlace,
  { classifier, components, discovery, train, plan, head }: PreparedFix,
  classes: TrainSet["classes"],
  journal: FitJournal,
): Promise<FittedClass[]> {
  const fitted = [...journal.earlier];
  const done = new Set(fitted.map(({ directions }) => directions.index));
  const picturesOf = new Map(train.classes.map(({ index, pictures }) => [index, pictures]));
  const left = classes.filter(({ index }) => !done.has(index));
  for await (const finished of forwardClasses(request, classifier, { ...train, classes: left })) {
    const pictures = picturesOf.get(finished.index) ?? [];
    const one = {
      directions: await fitClass(finished, pictures, components, discovery, classifier, head),
      skipped: [...(plan.without.get(finished.index) ?? []), ...finished.skipped],
    };
    fitted.push(one);
    await journal.append(one);
  }
  return fitted;
}

/** What decides the directions: a run is gone on with only under the same. */
async function settingsOf(
  { components: spec, maxPixels }: WithoutPlace,
  { sha256, engine, normalization, inputSize, classMap }: Classifier,
  train: TrainSet,
  components: LabelledComponents,
  { provenance: { joinedBy, model } }: Discovery,
  { alphasSha256 }: FitPlan,
): Promise<JournalSettings> {
  return {
    version: VERSION,
    model: sha256,
    dtype: engine.dtype,
    normalization: normalization.value,
    inputSize: inputSize.value,
    classMap: classMap.name,
    // Before the images, which are others for other classes: the first that differs is named.
    components: { from: spec ?? "paper", labelled: [...components] },
    images: hashOfNames(train.classes.flatMap(({ pictures }) => pictures)),
    imageSizes: await trainImageSizes(train),
    maxPixels: maxPixels ?? null,
    discovery: { joinedBy, model: model?.sha256 ?? null, alphas: alphasSha256 },
  };
}

async function* forwardClasses(
  { maxPixels, signal, progress = NO_PROGRESS }: WithoutPlace,
  classifier: Classifier,
  train: TrainSet,
): AsyncGenerator<FinishedClass> {
  const preprocessing: Preprocessing = { preset: "paper-v2", size: classifier.inputSize.value };
  const images = trainImages(train);
  const rows = new ClassRows(train.classes, classifier.engine.description.head?.features ?? 0);
  progress.begin("reading training images", images.length, "images");
  const load = ({ source }: TrainImage) =>
    preprocessImage(source, { preprocessing, split: "val", maxPixels }, addon());
  try {
    const steps = forwardImages(classifier, images, load, {
      features: true,
      ...(signal && { signal }),
    });
    for await (const { done, unread } of steps) {
      for (const { source, error } of unread) {
        rows.skip(source.classIndex, source.path, error.message);
      }
      for (const { source, features } of done) {
        // Only the features matter here, not p_k.
        if (features) rows.add(source.classIndex, source.path, features, Number.NaN);
      }
      yield* rows.takeFinished();
      progress.advance(done.length + unread.length);
    }
  } finally {
    progress.end();
  }
}

async function fitClass(
  { index, features, images }: FinishedClass,
  pictures: readonly string[],
  components: LabelledComponents,
  discovery: Discovery,
  classifier: Classifier,
  head: HeadWeights,
): Promise<ClassDirections> {
  const eigenIndices = components.get(index) ?? [];
  const alphas = await discovery.of(index, eigenIndices, pictures);
  const rows = alphas.rowsOf(images);
  const centred = centreFeatures(features, weightRow(head, classifier, index));
  const d = head.features;
  const directions = new Float32Array(eigenIndices.length * d);
  for (const [at, eigenIndex] of eigenIndices.entries()) {
    const direction = directionOf(
      centred,
      Float64Array.from(rows, (row) => alphas.at(row, at)),
    );
    if (direction === null) {
      throw new SpuriousError(
        "PCA_INPUT_INVALID",
        `fitting a direction: class ${String(index)}, component ${String(eigenIndex)}: expected training images whose features vary, got ${String(images.length)} that do not`,
        { input: String(index) },
      );
    }
    directions.set(direction.unit, at * d);
  }
  return { index, directions, eigenIndices, mean: Float32Array.from(centred.mean) };
}

/** Row of a class in the head's weight: [d]. @throws CLASS_MAP_INVALID the head lacks the class */
export function weightRow(
  head: HeadWeights,
  classifier: Classifier,
  classIndex: number,
): Float32Array {
  const column = classifier.classMap.columnOf(classIndex);
  if (column === -1) {
    const { name } = classifier.classMap;
    throw new SpuriousError(
      "CLASS_MAP_INVALID",
      `matching classes: ${name}: expected a column of the model's head for class ${String(classIndex)}, got none`,
      { input: name },
    );
  }
  return head.weight.slice(column * head.features, (column + 1) * head.features);
}
