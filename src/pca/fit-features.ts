import { readSafetensors, requireTensor } from "../artefacts/safetensors.js";
import { SpuriousError } from "../errors.js";
import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import { selectClasses } from "../imagenet/class-selection.js";
import { sha256File } from "../models/sha256.js";
import type { PcaSolver } from "../native/contract.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { imageProbabilities } from "../scoring/softmax.js";
import { VERSION } from "../version.js";
import { requireColumn } from "./class-column.js";
import type { FinishedClass } from "./class-rows.js";
import { DEFAULT_COMPONENTS } from "./fit.js";
import type { PcaIndex } from "./pca-index.js";
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
}

interface Given {
  readonly features: Float32Array;
  readonly labels: readonly number[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly d: number;
}

/**
 * Class-wise neural PCA of features that were computed elsewhere; no model is needed. Images are
 * named by their row in the file.
 * @throws ARTEFACT_INVALID, CLASS_MAP_INVALID, USAGE_INVALID, PCA_INPUT_INVALID, OUTPUT_*
 */
export async function fitPcaOfFeatures(request: PcaFeaturesRequest): Promise<PcaIndex> {
  const given = await readGiven(request.features);
  const { d, weight, bias } = given;
  const classMap = resolveClassMap(request.classMap, bias.length);
  const classes = chooseClasses(given, classMap, request);
  const temperature = request.temperature ?? 1;
  await using folder = await ResultFolder.open(request.out, request);
  const writer = await PcaWriter.open(folder.path, {
    infoOf: classInfos(classMap),
    head: { classes: bias.length, features: d, weight, bias, scale: 1 },
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
  for (const index of classes) {
    if (writer.has(index)) continue;
    await writer.add(rowsOf(given, index, requireColumn(classMap, index), temperature));
  }
  // Awaited here: the folder would be given up first.
  return await writer.finish();
}

/**
 * The classes asked for, ascending; by default all that have rows.
 * @throws ARTEFACT_INVALID a label is no class of the map
 * @throws DATA_CLASS_WITHOUT_TRAIN, CLASS_MAP_INVALID, USAGE_INVALID
 */
function chooseClasses(
  { labels }: Given,
  classMap: ClassMap,
  { classes: wanted, features: path }: PcaFeaturesRequest,
): number[] {
  const known = new Set(classMap.classes.map(({ index }) => index));
  const stray = labels.findIndex((label) => !known.has(label));
  if (stray !== -1) {
    const got = `${String(labels[stray])} in row ${String(stray)}`;
    throw invalid(path, `labels that are classes of ${classMap.name}`, got);
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

async function readGiven(path: string): Promise<Given> {
  const file = await readSafetensors(path);
  const features = requireTensor(file, path, "features", "F32", 2);
  const labels = requireTensor(file, path, "labels", "I64", 1).data;
  const weight = requireTensor(file, path, "weight", "F32", 2);
  const bias = requireTensor(file, path, "bias", "F32", 1).data;
  const [n = 0, d = 0] = features.shape;
  if (n === 0 || labels.length !== n || weight.shape[1] !== d || weight.shape[0] !== bias.length) {
    throw invalid(
      path,
      "features [N, d], labels [N], weight [C, d], bias [C] of at least one image",
      `[${features.shape.join(", ")}], [${labels.length}], [${weight.shape.join(", ")}], [${bias.length}]`,
    );
  }
  requireFinite(path, "features", features.data, d);
  requireFinite(path, "weight", weight.data, d);
  requireFinite(path, "bias", bias, 1);
  return {
    features: features.data,
    labels: Array.from(labels, Number),
    weight: weight.data,
    bias,
    d,
  };
}

/** @throws PCA_INPUT_INVALID naming the first number that is none */
function requireFinite(path: string, name: string, data: Float32Array, width: number): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new SpuriousError(
    "PCA_INPUT_INVALID",
    `reading features: ${path}: expected finite numbers, got ${String(data[at])} in ${name}, row ${String(Math.floor(at / width))}, column ${String(at % width)}`,
    { input: path },
  );
}

function rowsOf(given: Given, index: number, column: number, temperature: number): FinishedClass {
  const { d, features, weight, bias } = given;
  const rows = [...given.labels.keys()].filter((row) => given.labels[row] === index);
  const own = new Float32Array(rows.length * d);
  const probabilities = new Float32Array(rows.length);
  for (const [at, row] of rows.entries()) {
    const phi = features.subarray(row * d, (row + 1) * d);
    own.set(phi, at * d);
    const logits = bias.map((value, k) => {
      let sum = value;
      for (let i = 0; i < d; i++) sum += (weight[k * d + i] as number) * (phi[i] as number);
      return sum;
    });
    probabilities[at] = imageProbabilities(logits, column, temperature).p;
  }
  return { index, features: own, probabilities, images: rows.map(String), skipped: [] };
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading features: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
