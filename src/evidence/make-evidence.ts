import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import { Journal } from "../evaluation/journal.js";
import type { Classifier } from "../models/classifier.js";
import type { CamLayerName } from "../native/contract.js";
import { findPcaClass, readClassPca } from "../pca/class-pca.js";
import { openPcaModel, type PcaModelRequest } from "../pca/open-model.js";
import { type PcaIndex, type PcaIndexClass, readPcaIndex } from "../pca/pca-index.js";
import { writeFilesAtomic } from "../results/atomic.js";
import { JOURNAL_NAME, ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { type AttackedComponent, attackPool, rankByConfidence } from "./attack-pool.js";
import { classEvidence, definitionOf } from "./class-evidence.js";
import { EVIDENCE_SCHEMA, type EvidenceDocument } from "./evidence-file.js";
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

/**
 * Evidence for the components of classes: attack images of the leading ones, the best of them with
 * their most and least activating training images and Grad-CAMs, as documents, pictures, sheets and
 * one page. Attacked batches and finished classes survive an interruption; `resume` goes on.
 * @throws USAGE_INVALID, ARTEFACT_INVALID, MODEL_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED,
 *   RESUME_MISMATCH, CANCELLED
 */
export async function makeEvidence(request: EvidenceRequest): Promise<EvidenceResult> {
  const index = await readPcaIndex(request.pca);
  const entries = request.classes.map((one) => findPcaClass(index, one));
  await using folder = await ResultFolder.open(request.out, request);
  await using classifier = await openPcaModel(request.pca, index, request);
  const { progress = NO_PROGRESS } = request;
  const settings = settingsOf(request);
  const pools = entries.map(({ components }) => Math.min(settings.poolSize, components));
  const steps = pools.reduce((sum, count) => sum + count * settings.steps, 0);
  const documents: EvidenceDocument[] = [];
  progress.begin("attacking", steps, "component steps");
  try {
    for (const entry of entries) {
      documents.push(await oneClass(request, index, entry, classifier, folder.path, progress));
    }
  } finally {
    progress.end();
  }
  await folder.complete([{ name: "index.html", content: evidencePage(documents) }]);
  return { out: request.out, classes: documents };
}

/** What decides the content of a class's evidence. */
function settingsOf(request: EvidenceRequest) {
  return {
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

async function oneClass(
  request: EvidenceRequest,
  index: PcaIndex,
  entry: PcaIndexClass,
  classifier: Classifier,
  out: string,
  progress: ProgressSink,
): Promise<EvidenceDocument> {
  const settings = settingsOf(request);
  const folder = join(out, String(entry.index).padStart(3, "0"));
  const identity = {
    ...settings,
    model: classifier.sha256,
    dtype: classifier.engine.dtype,
    class: entry.index,
  };
  const count = Math.min(settings.poolSize, entry.components);
  const finished = request.resume === true ? await readFinished(folder, identity) : null;
  if (finished !== null) {
    progress.advance(count * settings.steps);
    return finished;
  }
  await mkdir(folder, { recursive: true });
  // Only a forced run finds one here that it does not go on with.
  const journal = join(folder, JOURNAL_NAME);
  if (request.resume !== true) await rm(journal, { force: true });
  const train = request.train ?? index.train;
  if (train === null) {
    throw new SpuriousError(
      "USAGE_INVALID",
      "finding the training images: --train: expected their folder, as the PCA was fitted from given features, got none",
    );
  }
  const pca = await readClassPca(request.pca, entry);
  const column = classifier.classMap.columnOf(entry.index);
  const attacked = await attack(request, identity, folder, entry, classifier, progress);
  const ranked = rankByConfidence(attacked);
  const shown = ranked.slice(0, settings.components);
  const evidence = await classEvidence({
    classifier,
    pca,
    entry,
    column,
    train,
    shown,
    top: settings.top,
    least: settings.least,
    layer: request.layer,
    signal: request.signal,
  });
  const document = describe(entry, classifier, identity, ranked, evidence);
  await writeFilesAtomic(folder, [
    ...evidence.files,
    { name: "evidence.json", content: `${JSON.stringify(document, null, 2)}\n` },
  ]);
  await rm(journal, { force: true });
  return document;
}

async function attack(
  request: EvidenceRequest,
  identity: Readonly<Record<string, unknown>>,
  folder: string,
  entry: PcaIndexClass,
  classifier: Classifier,
  progress: ProgressSink,
): Promise<AttackedComponent[]> {
  const { poolSize, eps, steps, seed } = settingsOf(request);
  const pca = await readClassPca(request.pca, entry);
  const resume = request.resume ?? false;
  await using journal = await Journal.open<AttackedComponent>(
    join(folder, JOURNAL_NAME),
    identity,
    resume,
  );
  progress.advance(journal.earlier.length * steps);
  return await attackPool(
    classifier,
    pca,
    Math.min(poolSize, pca.count),
    {
      classIndex: entry.index,
      column: classifier.classMap.columnOf(entry.index),
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

function describe(
  entry: PcaIndexClass,
  classifier: Classifier,
  identity: Readonly<Record<string, unknown>> & ReturnType<typeof settingsOf>,
  ranked: readonly AttackedComponent[],
  evidence: Awaited<ReturnType<typeof classEvidence>>,
): EvidenceDocument {
  const info = classifier.classMap.classes.find((one) => one.index === entry.index);
  const { eps, steps, seed } = identity;
  return {
    schema: EVIDENCE_SCHEMA,
    class: entry.index,
    wnid: entry.wnid,
    label: entry.label,
    synonyms: info?.synonyms ?? entry.label,
    definition: definitionOf(entry.wnid),
    images: entry.images,
    rank: entry.rank,
    components: evidence.components,
    pool: ranked.map(({ eigenIndex, alpha, confidence, objective }, rank) => ({
      rank,
      eigenIndex,
      alpha,
      confidence,
      objective,
    })),
    totalVariance: entry.totalVariance,
    attack: {
      eps,
      steps,
      seed,
      size: classifier.inputSize.value,
      graph: ranked[0]?.graph ?? "frozen",
      dtype: classifier.engine.dtype,
    },
    cam: evidence.cam,
    settings: identity,
    provenance: { version: VERSION, ...classifier.provenance(), made: new Date().toISOString() },
  };
}

/** The document of a class that is complete; null where there is none yet. */
async function readFinished(
  folder: string,
  identity: Readonly<Record<string, unknown>>,
): Promise<EvidenceDocument | null> {
  const path = join(folder, "evidence.json");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const document = JSON.parse(text) as EvidenceDocument;
  for (const [name, wanted] of Object.entries(identity)) {
    const got = document.settings[name];
    if (JSON.stringify(got) === JSON.stringify(wanted)) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `resuming evidence: ${path}: expected ${name} ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`,
      { input: path },
    );
  }
  return document;
}
