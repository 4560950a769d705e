import type { Shard } from "../cluster/shard.js";
import { SpuriousError } from "../errors.js";
import type { JournalSettings } from "../evaluation/journal.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import {
  type ClassPca,
  findPcaClass,
  hashClassPca,
  readClassPca,
  requireComponent,
} from "../pca/class-pca.js";
import { openPcaModel, type PcaModelRequest } from "../pca/open-model.js";
import { type PcaIndex, type PcaIndexClass, readPcaIndex } from "../pca/pca-index.js";
import type { ResultFolderOptions } from "../results/result-folder.js";
import type { ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { Exclusions } from "./exclusions.js";
import type { ListSettings } from "./mine-result.js";
import { openPools } from "./open-pools.js";
import { type Survey, surveyPools, type Task } from "./survey.js";
import { TrainingImages } from "./training-images.js";

export interface MineRequest extends PcaModelRequest, ResultFolderOptions {
  readonly pca: string;
  readonly class: number;
  /** Eigen indices. */
  readonly components: readonly number[];
  /** Folders, tar files and text files of paths (see openPools). */
  readonly pools: readonly string[];
  /** Images of each list, default 500. */
  readonly top?: number | undefined;
  /** Images kept until the end, of which near-duplicates are passed over; default 4 * top. */
  readonly candidates?: number | undefined;
  /** Bits of 64 in which near-duplicates may differ, default 4; "keep": they are no matter. */
  readonly nearDuplicates?: number | "keep" | undefined;
  /** Text file of ids that are left out (see Exclusions). */
  readonly exclude?: string | undefined;
  /** Where the PCA's training images are now; default: where they were. */
  readonly train?: string | undefined;
  readonly out: string;
  /** Keep copies of the images in the result folder, default true. */
  readonly copies?: boolean | undefined;
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

const DEFAULT_TOP = 500;
const CANDIDATES_PER_IMAGE = 4;
const DEFAULT_DISTANCE = 4;

/** What is known of the PCA before any image is read. */
export interface Target {
  readonly entry: PcaIndexClass;
  readonly pca: ClassPca;
  readonly components: readonly number[];
  readonly training: TrainingImages;
}

/** What is known before any image is looked at. */
export interface PreparedMine {
  readonly target: Target;
  readonly list: ListSettings;
  readonly task: Task;
  readonly classifier: Classifier;
  readonly survey: Survey;
  readonly preprocessing: Preprocessing;
  /** What decides the content: the same in every part of the pools. */
  readonly settings: JournalSettings;
}

export type WithoutPlace = Omit<MineRequest, "out" | keyof ResultFolderOptions>;

/** Opens PCA, pools and model, lists all images, and closes the model when `use` has ended. */
export async function withPreparedMine<T>(
  request: WithoutPlace,
  shard: Shard,
  use: (prepared: PreparedMine) => Promise<T>,
): Promise<T> {
  const index = await readPcaIndex(request.pca);
  const target = await openTarget(request, index);
  const list = listSettings(request);
  const task = await openTask(request, shard);
  await using classifier = await openPcaModel(request.pca, index, request);
  const survey = await surveyPools(task, request);
  const preprocessing: Preprocessing = { preset: "paper-v2", size: classifier.inputSize.value };
  const settings: JournalSettings = {
    ...(await settingsOf(request, target, classifier, preprocessing)),
    ...list,
    images: survey.hash,
    imageSizes: survey.imageSizes,
    excluded: task.exclusions.sha256,
  };
  return await use({ target, list, task, classifier, survey, preprocessing, settings });
}

/** The pools and what is left out of them. @throws DATA_*, USAGE_INVALID */
export async function openTask(
  { pools, exclude }: Pick<WithoutPlace, "pools" | "exclude">,
  shard: Shard,
): Promise<Task> {
  return { pools: await openPools(pools), exclusions: await Exclusions.read(exclude), shard };
}

async function openTarget(request: WithoutPlace, index: PcaIndex): Promise<Target> {
  const entry = findPcaClass(index, request.class);
  const pca = await readClassPca(request.pca, entry);
  const components = [...new Set(request.components)];
  if (components.length === 0) {
    throw new SpuriousError(
      "USAGE_INVALID",
      "choosing components: expected at least one eigen index, got none",
    );
  }
  for (const one of components) requireComponent(request.pca, pca, entry, one);
  const training = await TrainingImages.open(request.train ?? index.train, pca.images);
  if (request.train !== undefined && training.found === 0) {
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `finding training images: ${request.train}: expected the PCA's training images such as ${pca.images[0] ?? ""}, got none of ${String(pca.images.length)}`,
      { input: request.train, hint: "give the folder that holds the class folders" },
    );
  }
  return { entry, pca, components, training };
}

function listSettings(request: WithoutPlace): ListSettings {
  const { top = DEFAULT_TOP, nearDuplicates = DEFAULT_DISTANCE } = request;
  const { candidates = nearDuplicates === "keep" ? top : CANDIDATES_PER_IMAGE * top } = request;
  if (candidates < top) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `choosing the length of the list: expected at least as many candidates as images of the list, got ${String(candidates)} for ${String(top)}`,
      { input: String(candidates) },
    );
  }
  return { top, candidates, nearDuplicates: nearDuplicates === "keep" ? null : nearDuplicates };
}

/** What decides alphas, beside the images: the same in every part of a pool. */
async function settingsOf(
  request: WithoutPlace,
  { entry, components, training }: Target,
  { sha256, engine, normalization, temperature, classMap }: Classifier,
  preprocessing: Preprocessing,
): Promise<JournalSettings> {
  return {
    version: VERSION,
    pca: await hashClassPca(request.pca, entry),
    class: entry.index,
    components,
    model: sha256,
    dtype: engine.dtype,
    normalization: normalization.value,
    temperature: temperature.value,
    classMap: classMap.name,
    preprocessing,
    maxPixels: request.maxPixels ?? null,
    trainingImages: training.found,
  };
}
