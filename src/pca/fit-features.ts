import { SpuriousError } from "../errors.js";
import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import { selectClasses } from "../imagenet/class-selection.js";
import { sha256File } from "../models/sha256.js";
import type { PcaSolver } from "../native/contract.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { requireColumn } from "./class-column.js";
import { DEFAULT_COMPONENTS } from "./fit.js";
import { featuresInvalid, GivenFeatures } from "./given-features.js";
import { linearProbabilities } from "./linear-probabilities.js";
import { isBegunPca, type PcaIndex } from "./pca-index.js";
import { PcaWriter } from "./pca-writer.js";
import { indexRanges } from "./same-settings.js";

export interface PcaFeaturesRequest extends ResultFolderOptions {
  /**
   * A safetensors file: `features` [N, d] F32, `labels` [N] I64 (class indices), `weight` [C, d] and
   * `bias` [C] F32 of the last layer.
   */
  readonly features: string;
  /** As in PcaFitRequest; default: all labels. */
  readonly classes?: string | undefined;
  readonly components?: number | undefined;
  readonly solver?: PcaSolver | undefined;
  readonly classMap?: string | undefined;
  readonly temperature?: number | undefined;
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

/**
 * Class-wise neural PCA of features that were computed elsewhere; no model is needed. Images are
 * named by their row in the file, which is read class by class and may be larger than memory.
 * Finished classes are kept when the work is interrupted, and `resume` goes on behind them.
 * @throws ARTEFACT_INVALID, CLASS_MAP_INVALID, USAGE_INVALID, PCA_INPUT_INVALID, OUTPUT_*,
 *   RESUME_MISMATCH, CANCELLED
 */
export async function fitPcaOfFeatures(request: PcaFeaturesRequest): Promise<PcaIndex> {
  const { signal, progress = NO_PROGRESS } = request;
  await using given = await GivenFeatures.open(request.features);
  const { weight, bias } = given;
  const classMap = resolveClassMap(request.classMap, bias.length);
  const classes = chooseClasses(given, classMap, request);
  const temperature = request.temperature ?? 1;
  await using folder = await ResultFolder.open(request.out, request, isBegunPca);
  await checkAll(given, progress, signal);
  const writer = await PcaWriter.open(folder.path, {
    infoOf: classInfos(classMap),
    head: { classes: bias.length, features: given.width, weight, bias, scale: 1 },
    columnOf: (index) => requireColumn(classMap, index),
    model: null,
    train: null,
    preset: "given features",
    components: request.components ?? DEFAULT_COMPONENTS,
    solver: request.solver ?? "auto",
    device: "cpu",
    settings: {
      features: await sha256File(request.features),
      temperature,
      classMap: classMap.name,
      classes: indexRanges(classes),
    },
    provenance: {
      version: VERSION,
      features: request.features,
      temperature,
      started: new Date().toISOString(),
    },
    resume: request.resume ?? false,
  });
  await solveClasses(given, classes, temperature, (index) => requireColumn(classMap, index), {
    writer,
    progress,
    signal,
  });
  // Awaited here: the folder would be given up first.
  return await writer.finish();
}

/** Bad numbers are told before anything is written. */
async function checkAll(
  given: GivenFeatures,
  progress: ProgressSink,
  signal: AbortSignal | undefined,
): Promise<void> {
  progress.begin("checking features", given.count, "images");
  try {
    await given.requireFinite((rows) => {
      refuseAborted(signal);
      progress.advance(rows);
    });
  } finally {
    progress.end();
  }
}

interface Work {
  readonly writer: PcaWriter;
  readonly progress: ProgressSink;
  readonly signal: AbortSignal | undefined;
}

async function solveClasses(
  given: GivenFeatures,
  classes: readonly number[],
  temperature: number,
  columnOf: (index: number) => number,
  { writer, progress, signal }: Work,
): Promise<void> {
  const rowsOf = rowsByClass(given.labels);
  const countOf = (indices: readonly number[]): number =>
    indices.reduce((sum, index) => sum + (rowsOf.get(index)?.length ?? 0), 0);
  const left = classes.filter((index) => !writer.has(index));
  const total = countOf(classes);
  progress.begin("reading features", total, "images", total - countOf(left));
  try {
    for (const index of left) {
      refuseAborted(signal);
      const rows = rowsOf.get(index) ?? [];
      const features = await given.read(rows);
      const column = columnOf(index);
      const onImages = (count: number): void => {
        refuseAborted(signal);
        progress.advance(count);
      };
      const probabilities = await linearProbabilities(
        features,
        given,
        column,
        temperature,
        onImages,
      );
      // A class is solved while the next one is read; one waits at most.
      await writer.add({ index, features, probabilities, images: rows.map(String), skipped: [] });
    }
  } finally {
    await writer.settle();
    progress.end();
  }
}

function rowsByClass(labels: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const rows = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    const own = rows.get(label);
    if (own === undefined) rows.set(label, [row]);
    else own.push(row);
  }
  return rows;
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new SpuriousError("CANCELLED", "the work was stopped between two images");
  }
}

/**
 * The classes asked for, ascending; by default all that have rows.
 * @throws ARTEFACT_INVALID a label is no class of the map
 * @throws DATA_CLASS_WITHOUT_TRAIN, CLASS_MAP_INVALID, USAGE_INVALID
 */
function chooseClasses(
  { labels }: GivenFeatures,
  classMap: ClassMap,
  { classes: wanted, features: path }: PcaFeaturesRequest,
): number[] {
  const known = new Set(classMap.classes.map(({ index }) => index));
  const stray = labels.findIndex((label) => !known.has(label));
  if (stray !== -1) {
    const got = `${String(labels[stray])} in row ${String(stray)}`;
    throw featuresInvalid(path, `labels that are classes of ${classMap.name}`, got);
  }
  const labelled = new Set(labels);
  const chosen =
    wanted === undefined ? [...labelled].sort((a, b) => a - b) : selectClasses(classMap, wanted);
  const without = chosen.filter((index) => !labelled.has(index));
  if (without.length > 0) {
    throw new SpuriousError(
      "DATA_CLASS_WITHOUT_TRAIN",
      `choosing classes: ${path}: expected rows of every class, got none of ${without.join(", ")}`,
      { input: path },
    );
  }
  for (const index of chosen) requireColumn(classMap, index);
  return chosen;
}
