import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, requireTensor, writeSafetensors } from "../artefacts/safetensors.js";
import { SpuriousError } from "../errors.js";
import { sha256File } from "../models/sha256.js";
import { writeFilesAtomic } from "../results/atomic.js";
import { parseJson } from "../results/parse-json.js";
import { PCA_SCHEMA, type PcaIndex, type PcaIndexClass } from "./pca-index.js";

/** Neural PCA of one class with N training images, d features, m components. */
export interface ClassPca {
  /** Mean of psi over the training images: [d]. */
  readonly mean: Float64Array;
  /** Descending: [m]. */
  readonly eigenvalues: Float64Array;
  /** Principal directions v_l, unit rows: [m, d]. */
  readonly components: Float32Array;
  /** Of the training images: [N, m]. */
  readonly alphas: Float32Array;
  /** p_k of the training images: [N]. */
  readonly probabilities: Float32Array;
  /** Row k of the head's weight: [d]. */
  readonly weight: Float32Array;
  /** Entry k of the head's bias; 0 without one. */
  readonly bias: number;
  /** Paths of the training images, relative to the training folder, in the order of the rows. */
  readonly images: readonly string[];
  /** m */
  readonly count: number;
}

/** Names of a class's two files. */
export function classFiles(index: number): { tensors: string; imageNames: string } {
  const number = String(index).padStart(3, "0");
  return { tensors: `${number}.safetensors`, imageNames: `${number}.images.json` };
}

/** Whether both files of a class are there: each is whole where it is. */
export async function hasClassFiles(
  folder: string,
  { tensors, imageNames }: Pick<PcaIndexClass, "tensors" | "imageNames">,
): Promise<boolean> {
  const found = await Promise.all(
    [tensors, imageNames].map((name) => stat(join(folder, name)).catch(() => null)),
  );
  return found.every((one) => one?.isFile() === true);
}

/** Writes a class's files, whole or not at all. @throws OUTPUT_WRITE_FAILED */
export async function writeClassPca(folder: string, index: number, pca: ClassPca): Promise<void> {
  const d = pca.weight.length;
  const n = pca.images.length;
  const m = pca.count;
  const files = classFiles(index);
  const tensors = writeSafetensors(
    {
      mean: { shape: [d], data: pca.mean },
      eigenvalues: { shape: [m], data: pca.eigenvalues },
      components: { shape: [m, d], data: pca.components },
      alphas: { shape: [n, m], data: pca.alphas },
      probabilities: { shape: [n], data: pca.probabilities },
      weight: { shape: [d], data: pca.weight },
      bias: { shape: [1], data: Float32Array.of(pca.bias) },
    },
    { schema: PCA_SCHEMA, class: String(index) },
  );
  await writeFilesAtomic(folder, [
    { name: files.imageNames, content: `${JSON.stringify(pca.images, null, 1)}\n` },
    { name: files.tensors, content: tensors },
  ]);
}

/** The entry of a class. @throws USAGE_INVALID naming the classes that there are */
export function findPcaClass(index: PcaIndex, classIndex: number): PcaIndexClass {
  const found = index.classes.find((entry) => entry.index === classIndex);
  if (found !== undefined) return found;
  const known = index.classes.map((entry) => String(entry.index));
  const shown = known.length > 20 ? `${known.slice(0, 20).join(", ")} ...` : known.join(", ");
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing a class: ${String(classIndex)}: expected one of the PCA's classes ${shown}, got another`,
    { input: String(classIndex) },
  );
}

/** @throws ARTEFACT_INVALID a file is missing, damaged or of other sizes than the index says */
export async function readClassPca(folder: string, entry: PcaIndexClass): Promise<ClassPca> {
  const path = join(folder, entry.tensors);
  const file = await readSafetensors(path);
  const components = requireTensor(file, path, "components", "F32", 2);
  const alphas = requireTensor(file, path, "alphas", "F32", 2);
  const images = await readImageNames(join(folder, entry.imageNames));
  const [m = 0, d = 0] = components.shape;
  if (m !== entry.components || alphas.shape[0] !== images.length || alphas.shape[1] !== m) {
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `reading a PCA: ${path}: expected ${String(entry.components)} components of ${String(images.length)} images, got alphas [${alphas.shape.join(", ")}]`,
      { input: path },
    );
  }
  const vector = <T extends "F32" | "F64">(name: string, dtype: T, length: number) => {
    const { data } = requireTensor(file, path, name, dtype, 1);
    if (data.length === length) return data;
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `reading a PCA: ${path}: expected ${name} [${String(length)}], got [${String(data.length)}]`,
      { input: path },
    );
  };
  return {
    mean: vector("mean", "F64", d),
    eigenvalues: vector("eigenvalues", "F64", m),
    components: components.data,
    alphas: alphas.data,
    probabilities: vector("probabilities", "F32", images.length),
    weight: vector("weight", "F32", d),
    bias: vector("bias", "F32", 1)[0] ?? 0,
    images,
    count: m,
  };
}

/** SHA-256 of a class's tensors, without reading them into memory. @throws ARTEFACT_INVALID */
export async function hashClassPca(folder: string, entry: PcaIndexClass): Promise<string> {
  const path = join(folder, entry.tensors);
  try {
    return await sha256File(path);
  } catch (cause) {
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `reading a PCA: ${path}: expected a readable file, got ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      { input: path, cause },
    );
  }
}

/**
 * @param folder of the PCA, for the message
 * @throws USAGE_INVALID a component that is not stored; the message says how many are
 */
export function requireComponent(
  folder: string,
  pca: ClassPca,
  entry: PcaIndexClass,
  component: number,
): number {
  if (component >= 0 && component < pca.count) return component;
  const reason =
    component >= entry.rank
      ? `its ${String(entry.images)} training images vary in ${String(entry.rank)} dimensions only`
      : `${String(pca.count)} components were stored`;
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing a component: ${folder}: class ${String(entry.index)}: expected an eigen index from 0 to ${String(pca.count - 1)}, got ${String(component)}: ${reason}`,
    { input: String(component), hint: "fit again with more --components, up to the rank" },
  );
}

async function readImageNames(path: string): Promise<string[]> {
  try {
    const names: unknown = parseJson(await readFile(path, "utf8"));
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Told below, with the file's name.
  }
  throw new SpuriousError(
    "ARTEFACT_INVALID",
    `reading a PCA: ${path}: expected a JSON list of image names, got none`,
    { input: path },
  );
}
