import { readSafetensors, requireTensor } from "../artefacts/safetensors.js";
import { SpuriousError } from "../errors.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import { selectClasses } from "../imagenet/class-selection.js";
import type { PcaSolver } from "../native/contract.js";
import { classInfos } from "../results/eval-result.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { imageProbabilities } from "../scoring/softmax.js";
import { VERSION } from "../version.js";
import type { FinishedClass } from "./class-rows.js";
import { DEFAULT_COMPONENTS } from "./fit.js";
import type { PcaIndex } from "./pca-index.js";
import { PcaWriter } from "./pca-writer.js";

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
  const labelled = new Set(given.labels);
  const classes =
    request.classes === undefined
      ? [...labelled].sort((a, b) => a - b)
      : selectClasses(classMap, request.classes);
  const without = classes.filter((index) => !labelled.has(index));
  if (without.length > 0) {
    throw new SpuriousError(
      "DATA_CLASS_WITHOUT_TRAIN",
      `choosing classes: ${request.features}: expected rows of every class, got none of ${without.join(", ")}`,
      { input: request.features },
    );
  }
  await using folder = await ResultFolder.open(request.out, request);
  const writer = await PcaWriter.open(folder.path, {
    infoOf: classInfos(classMap),
    head: { classes: bias.length, features: d, weight, bias, scale: 1 },
    columnOf: (index) => classMap.columnOf(index),
    model: null,
    train: null,
    preset: "given features",
    components: request.components ?? DEFAULT_COMPONENTS,
    solver: request.solver ?? "auto",
    device: "cpu",
    provenance: {
      version: VERSION,
      features: request.features,
      temperature: request.temperature ?? 1,
      started: new Date().toISOString(),
    },
    resume: request.resume ?? false,
  });
  for (const index of classes) {
    if (writer.has(index)) continue;
    const column = classMap.columnOf(index);
    await writer.add(rowsOf(given, index, column, request.temperature ?? 1));
  }
  return writer.finish();
}

async function readGiven(path: string): Promise<Given> {
  const file = await readSafetensors(path);
  const features = requireTensor(file, path, "features", "F32", 2);
  const labels = requireTensor(file, path, "labels", "I64", 1).data;
  const weight = requireTensor(file, path, "weight", "F32", 2);
  const bias = requireTensor(file, path, "bias", "F32", 1).data;
  const [n = 0, d = 0] = features.shape;
  if (labels.length !== n || weight.shape[1] !== d || weight.shape[0] !== bias.length) {
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `reading features: ${path}: expected features [N, d], labels [N], weight [C, d], bias [C], got ` +
        `[${features.shape.join(", ")}], [${labels.length}], [${weight.shape.join(", ")}], [${bias.length}]`,
      { input: path },
    );
  }
  return {
    features: features.data,
    labels: Array.from(labels, Number),
    weight: weight.data,
    bias,
    d,
  };
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
