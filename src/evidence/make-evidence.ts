import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import { Journal } from "../evaluation/journal.js";
import type { Classifier } from "../models/classifier.js";
import type { CamLayerName } from "../native/contract.js";
import { requireColumn } from "../pca/class-column.js";
import { type ClassPca, findPcaClass, hashClassPca, readClassPca } from "../pca/class-pca.js";
import { openPcaModel, type PcaModelRequest } from "../pca/open-model.js";
import { type PcaIndex, type PcaIndexClass, readPcaIndex } from "../pca/pca-index.js";
import { indexRanges } from "../pca/same-settings.js";
import { writeFilesAtomic } from "../results/atomic.js";
import {
  type IsBegun,
  JOURNAL_NAME,
  ResultFolder,
  type ResultFolderOptions,
} from "../results/result-folder.js";
import { openPictureTree } from "../sources/open-tree.js";
import type { PictureTree } from "../sources/picture-tree.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import {
  ATTACKED_SHAPE,
  type AttackedComponent,
  attackPool,
  rankByConfidence,
} from "./attack-pool.js";
import {
  classDocument,
  type ClassSettings,
  DOCUMENT_NAME,
  readFinished,
  tidyClass,
} from "./class-document.js";
import { classEvidence } from "./class-evidence.js";
import type { EvidenceDocument } from "./evidence-file.js";
import { evidencePage } from "./page.js";

export interface EvidenceRequest extends PcaModelRequest, ResultFolderOptions {
  /** Folder of `pca fit`. */
  readonly pca: string;
  /** Class indices. */
  readonly classes: readonly number[];
  readonly out: string;
  /** Components shown, default 10. */
  readonly components?: number | undefined;
  /** Leading components attacked, default 128. */
  readonly poolSize?: number | undefined;
  /** Radius of the L2 ball, default 30. */
  readonly eps?: number | undefined;
  /** Default 200. */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Training images shown at each end, default 5. */
  readonly top?: number | undefined;
  readonly least?: number | undefined;
  /** Layer of the Grad-CAM. */
  readonly layer?: CamLayerName | undefined;
  /** Where the training images are now; default: where they were when the PCA was fitted. */
  readonly train?: string | undefined;
  /** Components attacked together, default 16. */
  readonly attackBatch?: number | undefined;
  /** Refuse larger training images. */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

export interface EvidenceResult {
  readonly out: string;
  readonly classes: readonly EvidenceDocument[];
}

const DEFAULTS = {
  components: 10,
  poolSize: 128,
  eps: 30,
  steps: 200,
  seed: 0,
  top: 5,
  least: 5,
  attackBatch: 16,
} as const;

export const PAGE_NAME = "index.html";

/** Complete evidence takes more classes. */
export const isBegunEvidence: IsBegun = (names) =>
  names.includes(JOURNAL_NAME) ||
  (names.includes(PAGE_NAME) && names.some((name) => /^\d{3,}$/.test(name)));

/** What all classes of a run share. */
export interface EvidenceRun {
  readonly request: WithoutPlace;
  /** Whether there may be work of an earlier run. */
  readonly resume: boolean;
  readonly settings: RunSettings;
  readonly classifier: Classifier;
  readonly folder: Pick<ResultFolder, "file">;
  readonly train: PictureTree;
  readonly progress: ProgressSink;
  /** The classes asked for, in their order. */
  readonly entries: readonly PcaIndexClass[];
}

/** All but where the evidence goes. */
export type WithoutPlace = Omit<EvidenceRequest, "out" | keyof ResultFolderOptions>;

/** A class of a run. */
interface ClassTask {
  readonly entry: PcaIndexClass;
  readonly folder: string;
  readonly settings: ClassSettings;
  /** Components attacked. */
  readonly pool: number;
  /** Of an earlier run. */
  readonly finished: EvidenceDocument | null;
}

type RunSettings = ReturnType<typeof settingsOf>;

/**
 * Evidence for the components of classes: attack images of the leading ones, the best of them with
 * their most and least activating training images and Grad-CAMs, as documents, pictures, sheets and
 * one page. Attacked batches and finished classes survive an interruption; `resume` goes on.
 * @throws USAGE_INVALID, ARTEFACT_INVALID, CLASS_MAP_INVALID, MODEL_*, OUTPUT_EXISTS,
 *   OUTPUT_WRITE_FAILED, RESUME_MISMATCH, CANCELLED
 */
export async function makeEvidence(request: EvidenceRequest): Promise<EvidenceResult> {
  await using folder = await ResultFolder.open(request.out, request, isBegunEvidence);
  return await withEvidenceRun(request, folder, request.resume ?? false, async (run) => {
    const documents = await makeClasses(run, run.entries);
    await folder.complete([{ name: PAGE_NAME, content: evidencePage(documents) }]);
    return { out: request.out, classes: documents };
  });
}

/** Opens PCA and model, and closes the model when `use` has ended. */
export async function withEvidenceRun<T>(
  request: WithoutPlace,
  folder: EvidenceRun["folder"],
  resume: boolean,
  use: (run: EvidenceRun) => Promise<T>,
): Promise<T> {
  const index = await readPcaIndex(request.pca);
  const entries = [...new Set(request.classes)].map((one) => findPcaClass(index, one));
  await using classifier = await openPcaModel(request.pca, index, request);
  const { progress = NO_PROGRESS } = request;
  const settings = settingsOf(request, classifier);
  const train = await openPictureTree(trainFolder(request, index), request);
  return await use({
    ...{ request, resume, settings, classifier, folder, train, progress, entries },
  });
}

/** The evidence of some classes, each in a folder of its own. */
export async function makeClasses(
  run: EvidenceRun,
  entries: readonly PcaIndexClass[],
): Promise<EvidenceDocument[]> {
  const { settings, progress } = run;
  const tasks: ClassTask[] = [];
  for (const entry of entries) tasks.push(await planClass(run, entry));
  await begin(run, tasks);
  const documents: EvidenceDocument[] = [];
  const steps = tasks.reduce((sum, { pool }) => sum + pool * settings.steps, 0);
  progress.begin("attacking", steps, "component steps");
  try {
    for (const task of tasks) documents.push(await finishClass(run, task));
  } finally {
    progress.end();
  }
  return documents;
}

/** Name of a class's folder. */
export function classFolder(index: number): string {
  return String(index).padStart(3, "0");
}

/**
 * What decides the content of a run. The limit of pixels is not among it: a picture over it ends the
 * run, which then goes on with a higher one.
 */
function settingsOf(request: WithoutPlace, classifier: Classifier) {
  return {
    model: classifier.sha256,
    dtype: classifier.engine.dtype,
    size: classifier.inputSize.value,
    normalization: classifier.normalization.value,
    temperature: classifier.temperature.value,
    components: request.components ?? DEFAULTS.components,
    poolSize: request.poolSize ?? DEFAULTS.poolSize,
    eps: request.eps ?? DEFAULTS.eps,
    steps: request.steps ?? DEFAULTS.steps,
    seed: request.seed ?? DEFAULTS.seed,
    top: request.top ?? DEFAULTS.top,
    least: request.least ?? DEFAULTS.least,
    layer: request.layer ?? "auto",
  };
}

function trainFolder(request: WithoutPlace, index: PcaIndex): string {
  const train = request.train ?? index.train;
  if (train !== null) return train;
  throw new SpuriousError(
    "USAGE_INVALID",
    "finding the training images: --train: expected their folder, as the PCA was fitted from given features, got none",
  );
}

/** Nothing is written here, so that a run with other settings is refused before it changes anything. */
async function planClass(run: EvidenceRun, entry: PcaIndexClass): Promise<ClassTask> {
  const { request, resume, settings } = run;
  const folder = run.folder.file(classFolder(entry.index));
  const classSettings = {
    ...settings,
    class: entry.index,
    // Directions of another fit would be others.
    pca: await hashClassPca(request.pca, entry),
  };
  return {
    entry,
    folder,
    settings: classSettings,
    pool: Math.min(settings.poolSize, entry.components),
    finished: resume ? await readFinished(folder, classSettings) : null,
  };
}

/** Records what the run is begun with, until the result is complete. */
async function begin({ resume, settings, folder }: EvidenceRun, tasks: readonly ClassTask[]) {
  const classes = indexRanges(tasks.map(({ entry }) => entry.index));
  const heading = { ...settings, classes };
  const journal = await Journal.open<never>(folder.file(JOURNAL_NAME), heading, resume);
  await journal[Symbol.asyncDispose]();
  if (resume) return;
  // A forced run starts over: what it replaces must not be taken for its own work later.
  for (const task of tasks) {
    for (const name of [DOCUMENT_NAME, JOURNAL_NAME]) {
      await rm(join(task.folder, name), { force: true });
    }
  }
}

async function finishClass(run: EvidenceRun, task: ClassTask): Promise<EvidenceDocument> {
  const { folder, finished } = task;
  if (finished === null) await mkdir(folder, { recursive: true });
  else run.progress.advance(task.pool * run.settings.steps);
  const document = finished ?? (await oneClass(run, task));
  await tidyClass(folder, document);
  return document;
}

async function oneClass(run: EvidenceRun, task: ClassTask): Promise<EvidenceDocument> {
  const { request, settings, classifier, train } = run;
  const { entry, folder } = task;
  const pca = await readClassPca(request.pca, entry);
  const column = requireColumn(classifier.classMap, entry.index);
  const ranked = rankByConfidence(await attack(run, task, pca, column));
  const evidence = await classEvidence({
    classifier,
    pca,
    entry,
    column,
    train,
    shown: ranked.slice(0, settings.components),
    top: settings.top,
    least: settings.least,
    layer: request.layer,
    maxPixels: request.maxPixels,
    signal: request.signal,
  });
  const document = classDocument(entry, classifier, task.settings, ranked, evidence);
  await writeFilesAtomic(folder, [
    ...evidence.files,
    { name: DOCUMENT_NAME, content: `${JSON.stringify(document, null, 2)}\n` },
  ]);
  return document;
}

async function attack(
  { request, resume, settings, classifier, progress }: EvidenceRun,
  task: ClassTask,
  pca: ClassPca,
  column: number,
): Promise<AttackedComponent[]> {
  const { eps, steps, seed } = settings;
  await using journal = await Journal.open<AttackedComponent>(
    join(task.folder, JOURNAL_NAME),
    task.settings,
    resume,
    { keyOf: ({ eigenIndex }) => String(eigenIndex), shape: ATTACKED_SHAPE },
  );
  progress.advance(journal.earlier.length * steps);
  return await attackPool(
    classifier,
    pca,
    task.pool,
    {
      classIndex: task.entry.index,
      column,
      eps,
      steps,
      seed,
      batch: request.attackBatch ?? DEFAULTS.attackBatch,
      signal: request.signal,
      onSteps: (components, done) => progress.advance(components * done),
    },
    journal,
  );
}
