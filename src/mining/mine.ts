import { type PartDescription, sealPart } from "../cluster/part.js";
import { type Shard, WHOLE } from "../cluster/shard.js";
import { SpuriousError } from "../errors.js";
import { Journal, type JournalSettings } from "../evaluation/journal.js";
import { Throughput } from "../evaluation/throughput.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import { addon } from "../native/load.js";
import { trainAlphas } from "../pca/alpha.js";
import { requireColumn } from "../pca/class-column.js";
import {
  type ClassPca,
  findPcaClass,
  hashClassPca,
  readClassPca,
  requireComponent,
} from "../pca/class-pca.js";
import { openPcaModel, type PcaModelRequest } from "../pca/open-model.js";
import { type PcaIndex, type PcaIndexClass, readPcaIndex } from "../pca/pca-index.js";
import { JOURNAL_NAME, ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import type { Candidate } from "./candidates.js";
import { Exclusions } from "./exclusions.js";
import { forwardPool } from "./forward-pool.js";
import { type ListSettings, MINE_SCHEMA, minedComponent, type MineResult } from "./mine-result.js";
import { MineState, type Stretch, STRETCH_SHAPE } from "./mine-state.js";
import { openPools } from "./open-pools.js";
import { type Survey, surveyPools, type Task } from "./survey.js";
import { TrainingImages } from "./training-images.js";
import { writeMine, writeMinePart } from "./write-mine.js";

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
  /** Mine one part of the pools only; mergeMines puts the parts together. */
  readonly shard?: Shard | undefined;
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
interface Target {
  readonly entry: PcaIndexClass;
  readonly pca: ClassPca;
  readonly components: readonly number[];
  readonly training: TrainingImages;
}

/**
 * Ranks image pools of any size by alpha of components of one class, with one forward pass for each
 * image whatever the number of components, in memory that does not grow with the pool. Images are
 * prepared as training images are. Work done is kept in a journal, and `resume` goes on behind it.
 * @throws DATA_*, ARCHIVE_DAMAGED (no image before the damage), MODEL_*, ARTEFACT_INVALID,
 *   USAGE_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, RESUME_MISMATCH, CANCELLED
 */
export async function minePool(request: MineRequest): Promise<MineResult> {
  const shard = request.shard ?? WHOLE;
  await using folder = await ResultFolder.open(request.out, request);
  return await withPreparedMine(request, shard, async (prepared) => {
    const { result, candidates } = await mineImages(
      request,
      prepared,
      folder,
      request.resume ?? false,
    );
    if (result.shard === null) {
      const { copies = true, signal } = request;
      return await writeMine(folder, result, prepared.task.pools, { copies, signal });
    }
    await writeMinePart(folder, result, candidates);
    await sealPart(folder.path, minePartOf(result, prepared));
    return result;
  });
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

export type WithoutPlace = Omit<MineRequest, "out" | "shard" | keyof ResultFolderOptions>;

/** Opens PCA, pools and model, lists all images, and closes the model when `use` has ended. */
export async function withPreparedMine<T>(
  request: WithoutPlace,
  shard: Shard,
  use: (prepared: PreparedMine) => Promise<T>,
): Promise<T> {
  const index = await readPcaIndex(request.pca);
  const target = await openTarget(request, index);
  const list = listSettings(request);
  const task: Task = {
    pools: await openPools(request.pools),
    exclusions: await Exclusions.read(request.exclude),
    shard,
  };
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

/** What a part of the pools says of itself. @param result null: nothing is done yet */
export function minePartOf(
  result: MineResult | null,
  { task, settings, classifier }: PreparedMine,
): PartDescription {
  const { mined = 0, training = 0, skipped = 0 } = result?.counts ?? {};
  const seconds = Number(result?.provenance["seconds"] ?? 0);
  return {
    command: "mine",
    shard: task.shard,
    settings: { ...settings, ...classifier.rounding },
    work: { done: mined + training + skipped, unit: "images", seconds },
  };
}

/** The forward pass over the images of the task, and what it gave. The journal is closed behind it. */
export async function mineImages(
  request: WithoutPlace,
  prepared: PreparedMine,
  folder: Pick<ResultFolder, "file">,
  resume: boolean,
): Promise<{ result: MineResult; candidates: readonly (readonly Candidate[])[] }> {
  const started = new Date();
  const { target, list, task, classifier, survey, preprocessing, settings } = prepared;
  await using journal = await Journal.open<Stretch>(
    folder.file(JOURNAL_NAME),
    { ...settings, shard: task.shard },
    resume,
    undefined,
    STRETCH_SHAPE,
  );
  const state = new MineState(
    target.components.length,
    list.candidates,
    list.nearDuplicates !== null,
  );
  for (const stretch of journal.earlier) state.replay(stretch);
  const { progress = NO_PROGRESS, signal } = request;
  const throughput = new Throughput();
  progress.begin("mining", survey.left, "images", state.seen);
  try {
    const measure = {
      classifier,
      preprocessing,
      pca: onlyComponents(target.pca, target.components),
      column: requireColumn(classifier.classMap, request.class),
      training: target.training,
      maxPixels: request.maxPixels,
    };
    await forwardPool(task, measure, state, journal, { signal, progress, throughput });
  } finally {
    progress.end();
  }
  const result = resultOf(target, task, survey, state, list, settings, {
    ...provenanceOf(request, target, classifier, preprocessing),
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    imagesPerSecond: throughput.imagesPerSecond,
    steadyImagesPerSecond: throughput.steadyImagesPerSecond,
  });
  return { result, candidates: state.candidates.map((one) => one.ranked()) };
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
  for (const one of components) requireComponent(pca, entry, one);
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

/** A PCA that has the asked components alone: others need not be projected on. */
function onlyComponents(pca: ClassPca, asked: readonly number[]): ClassPca {
  const d = pca.weight.length;
  const components = new Float32Array(asked.length * d);
  for (const [i, component] of asked.entries()) {
    components.set(pca.components.subarray(component * d, (component + 1) * d), i * d);
  }
  return { ...pca, components, count: asked.length };
}

function resultOf(
  { entry, pca, components }: Target,
  { pools, shard }: Task,
  survey: Survey,
  state: MineState,
  list: ListSettings,
  settings: JournalSettings,
  provenance: Readonly<Record<string, unknown>>,
): MineResult {
  return {
    schema: MINE_SCHEMA,
    class: { index: entry.index, wnid: entry.wnid, label: entry.label },
    components: components.map((eigenIndex, i) => {
      const trainMax = trainAlphas(pca, eigenIndex).reduce((a, b) => Math.max(a, b), -Infinity);
      return minedComponent(eigenIndex, trainMax, state.candidates[i]?.ranked() ?? [], list);
    }),
    counts: {
      pool: survey.images,
      excluded: survey.excluded,
      mined: state.mined,
      training: state.training,
      skipped: state.skipped.count,
    },
    skipped: state.skipped.list(),
    damaged: survey.damaged,
    pools: pools.map(({ path, kind }) => ({ path, kind })),
    shard: shard.of === 1 ? null : shard,
    list,
    settings,
    provenance,
  };
}

function provenanceOf(
  request: WithoutPlace,
  { training }: Target,
  classifier: Classifier,
  preprocessing: Preprocessing,
) {
  return {
    version: VERSION,
    ...classifier.provenance(),
    pca: request.pca,
    preset: preprocessing.preset,
    preprocessing,
    torch: addon().addonInfo().torch,
    exclude: request.exclude ?? null,
    train: { folder: training.folder, images: training.count, found: training.found },
  };
}
