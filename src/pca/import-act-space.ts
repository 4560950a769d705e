import { artefactInvalid } from "../artefacts/invalid.js";
import { readTrainSet } from "../datasets/train-set.js";
import { SpuriousError } from "../errors.js";
import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { VERSION } from "../version.js";
import { type ActSpace, readActSpace } from "./act-space.js";
import { type ClassPca, classFiles, writeClassPca } from "./class-pca.js";
import { DEFAULT_COMPONENTS } from "./fit.js";
import {
  isBegunPca,
  PCA_SCHEMA,
  type PcaIndex,
  type PcaIndexClass,
  readIndexIfPresent,
  writePcaIndex,
} from "./pca-index.js";
import { requireSameSettings } from "./same-settings.js";

export interface ImportActSpaceRequest extends ResultFolderOptions {
  /** The original's act_space.npy of one class. */
  readonly file: string;
  /** ImageNet-1k index: the file does not say which class it is of. */
  readonly classIndex: number;
  /** Training images, which give the rows their names; rows are numbered without. */
  readonly train?: string | undefined;
  /** Components stored at most, default 128. */
  readonly components?: number | undefined;
  readonly out: string;
}

/** Rounding of float32 products and sums, against the largest value. */
const ALPHA_TOLERANCE = 1e-3;
/** Eigenvalues below this part of the variance are rounding. */
const SMALLEST_PART = 1e-10;

/**
 * Makes a PCA folder of the original's act_space.npy; `resume` adds a class to one. Eigenvalues,
 * which the file lacks, are computed from its activations. The model is not in the file: what only
 * reads alphas and eigenvalues works (`pca show`, `pca rank`, `spufix fit`), what runs the model does
 * not.
 * @throws ARTEFACT_INVALID, DATA_*, USAGE_INVALID, OUTPUT_*, RESUME_MISMATCH
 */
export async function importActSpace(request: ImportActSpaceRequest): Promise<PcaIndex> {
  const { file, classIndex, components = DEFAULT_COMPONENTS } = request;
  const classMap = resolveClassMap(undefined, 1000);
  if (classMap.columnOf(classIndex) === -1) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `choosing a class: ${String(classIndex)}: expected an ImageNet index from 0 to 999, got another`,
      { input: String(classIndex) },
    );
  }
  const space = await readActSpace(file);
  const { images, root } = await imageNames(request, classMap, space.images);
  await using folder = await ResultFolder.open(request.out, request, isBegunPca);
  const settings = { from: "act_space.npy", components, train: root, features: space.features };
  const begun = request.resume ? await readIndexIfPresent(folder.path) : null;
  if (begun !== null) requireSameSettings("adding to a PCA", folder.path, settings, begun.settings);
  const { pca, totalVariance, rank } = toClassPca(file, space, classIndex, components, images);
  refuseKnown(folder.path, begun, classIndex);
  await writeClassPca(folder.path, classIndex, pca);
  const { wnid, label } = classInfos(classMap)(classIndex);
  const entry: PcaIndexClass = {
    index: classIndex,
    wnid,
    label,
    images: space.images,
    rank,
    components: pca.count,
    totalVariance,
    solver: "imported",
    route: "covariance",
    ...classFiles(classIndex),
    skipped: [],
  };
  const others = (begun?.classes ?? []).filter(({ index }) => index !== classIndex);
  const sources = (begun?.provenance["sources"] ?? {}) as Record<string, string>;
  const index: PcaIndex = {
    schema: PCA_SCHEMA,
    model: null,
    features: space.features,
    preset: "imported",
    train: root,
    classes: [...others, entry].sort((a, b) => a.index - b.index),
    settings,
    provenance: { version: VERSION, sources: { ...sources, [classIndex]: file } },
  };
  await writePcaIndex(folder.path, index);
  return index;
}

function refuseKnown(folder: string, begun: PcaIndex | null, classIndex: number): void {
  if (!begun?.classes.some(({ index }) => index === classIndex)) return;
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `adding to a PCA: ${folder}: expected a PCA without class ${String(classIndex)}, got one with it`,
    { input: folder, hint: "pass --force to begin a new PCA, or import into another folder" },
  );
}

/** Pictures of the class in the order of their names, which is the original's order. */
async function imageNames(
  { file, train, classIndex }: ImportActSpaceRequest,
  classMap: ClassMap,
  count: number,
): Promise<{ images: readonly string[]; root: string | null }> {
  if (train === undefined) {
    return { images: Array.from({ length: count }, (_, row) => String(row)), root: null };
  }
  const { classes, root } = await readTrainSet(train, classMap, new Set([classIndex]));
  const images = classes[0]?.pictures ?? [];
  if (images.length === count) return { images, root };
  throw artefactInvalid(
    "joining rows by position",
    file,
    `activations of ${String(images.length)} training images`,
    `${String(count)} rows`,
    { hint: "the training folder needs exactly the images that the file was made from" },
  );
}

function toClassPca(
  file: string,
  space: ActSpace,
  classIndex: number,
  most: number,
  images: readonly string[],
): { pca: ClassPca; totalVariance: number; rank: number } {
  const { images: n, features: d } = space;
  const centred = Float64Array.from(
    space.activations,
    (value, i) => value - (space.mean[i % d] as number),
  );
  const totalVariance = centred.reduce((sum, value) => sum + value * value, 0) / (n - 1);
  const eigenvalues: number[] = [];
  const directions: Float32Array[] = [];
  for (let l = 0; l < Math.min(most, n - 1, d); l++) {
    const direction = Float32Array.from(
      { length: d },
      (_, i) => space.eigenvectors[i * d + l] ?? 0,
    );
    const projections = project(centred, direction);
    const value = projections.reduce((sum, one) => sum + one * one, 0) / (n - 1);
    if (value <= SMALLEST_PART * totalVariance) break;
    requireAlphas(file, space, l, projections, direction);
    eigenvalues.push(value);
    directions.push(direction);
  }
  const m = eigenvalues.length;
  const components = new Float32Array(m * d);
  for (const [l, direction] of directions.entries()) components.set(direction, l * d);
  const pca: ClassPca = {
    count: m,
    mean: Float64Array.from(space.mean),
    eigenvalues: Float64Array.from(eigenvalues),
    components,
    alphas: Float32Array.from(
      { length: n * m },
      (_, i) => space.alphas[Math.floor(i / m) * d + (i % m)] ?? 0,
    ),
    probabilities: probabilitiesOf(file, space, classIndex),
    // Neither is in the file; nothing without a model asks for them.
    weight: new Float32Array(d).fill(Number.NaN),
    bias: Number.NaN,
    images,
  };
  const isAll = m < Math.min(most, n - 1, d);
  return { pca, totalVariance, rank: isAll ? m : Math.min(n - 1, d) };
}

/** <psi_i - mean, v> of every image. */
function project(centred: Float64Array, direction: Float32Array): Float64Array {
  const d = direction.length;
  return Float64Array.from({ length: centred.length / d }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (centred[i * d + j] as number) * (direction[j] as number);
    return sum;
  });
}

/** The original can also store projections that were not scaled; those are no alphas. */
function requireAlphas(
  file: string,
  { alphas, features: d }: ActSpace,
  l: number,
  projections: Float64Array,
  direction: Float32Array,
): void {
  const scale = direction.reduce((sum, value) => sum + value, 0);
  const largest = projections.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = projections.findIndex(
    (value, i) =>
      !(Math.abs(value * scale - (alphas[i * d + l] as number)) <= ALPHA_TOLERANCE * largest),
  );
  if (off === -1) return;
  throw artefactInvalid(
    "reading act_space.npy",
    file,
    `alpha_train [${String(off)}, ${String(l)}] = <1, v> <psi - mean, v> = ${String((projections[off] ?? 0) * scale)}`,
    String(alphas[off * d + l]),
  );
}

function probabilitiesOf(file: string, space: ActSpace, column: number): Float32Array {
  const { confidences, images } = space;
  if (confidences === null) return new Float32Array(images).fill(Number.NaN);
  const { classes, data } = confidences;
  if (column >= classes) {
    const expected = `conf_train of class ${String(column)}`;
    throw artefactInvalid("reading act_space.npy", file, expected, `${String(classes)} classes`);
  }
  return Float32Array.from({ length: images }, (_, i) => data[i * classes + column] ?? 0);
}
