import { isStoredArray, loadArray } from "../artefacts/arrays.js";
import { toFloat32 } from "../artefacts/dense.js";
import { artefactInvalid } from "../artefacts/invalid.js";
import { readNpy } from "../artefacts/npy.js";
import { describe, type PickleValue } from "../artefacts/pickle-values.js";

const WHAT = "reading act_space.npy";

/** The original's PCA of a class, as its `ActivationSpace.save` stores it; N images, d features. */
export interface ActSpace {
  readonly images: number;
  readonly features: number;
  /** `act_train`: psi of the training images, [N, d]. */
  readonly activations: Float32Array;
  /** `pca_mean`: [d]. */
  readonly mean: Float32Array;
  /** `eigenvectors`: a component in each column, by falling eigenvalue, [d, d]. */
  readonly eigenvectors: Float32Array;
  /** `alpha_train`: <1, v_l> <psi - mean, v_l>, [N, d]. */
  readonly alphas: Float32Array;
  /** `conf_train`: softmax of the training images; null where it was not stored. */
  readonly confidences: { readonly classes: number; readonly data: Float32Array } | null;
}

/**
 * Reads a dictionary of tensors that numpy.save pickled, without running anything of it.
 * @throws ARTEFACT_INVALID no such file, something else, or one without components (which the
 *   original writes on the way to SpuFix)
 */
export async function readActSpace(path: string): Promise<ActSpace> {
  const value = await readNpy(path);
  if (!(value instanceof Map)) {
    throw artefactInvalid(WHAT, path, "a dictionary of tensors", describe(value));
  }
  const read = (name: string) => readMatrix(path, name, value.get(name));
  const activations = await read("act_train");
  const [images = 0, features = 0] = activations.shape;
  if (images < 2) {
    throw artefactInvalid(WHAT, path, "activations of two images or more", `${String(images)}`);
  }
  const sized = async (name: string, shape: readonly number[]): Promise<Float32Array> => {
    const matrix = await read(name);
    if (matrix.shape.join() === shape.join()) return matrix.data;
    const expected = `${name} [${shape.join(", ")}]`;
    throw artefactInvalid(WHAT, path, expected, `[${matrix.shape.join(", ")}]`);
  };
  return {
    images,
    features,
    activations: activations.data,
    mean: await sized("pca_mean", [features]),
    eigenvectors: await sized("eigenvectors", [features, features]),
    alphas: await sized("alpha_train", [images, features]),
    confidences: await readConfidences(path, value.get("conf_train"), images),
  };
}

async function readMatrix(path: string, name: string, value: PickleValue | undefined) {
  if (!isStoredArray(value)) {
    throw artefactInvalid(WHAT, path, `an array named ${name}`, describe(value));
  }
  const { shape, data } = await loadArray(value);
  return { shape, data: toFloat32(data) };
}

async function readConfidences(
  path: string,
  value: PickleValue | undefined,
  images: number,
): Promise<ActSpace["confidences"]> {
  if (value === undefined || value === null) return null;
  const { shape, data } = await readMatrix(path, "conf_train", value);
  const [rows, classes] = shape;
  if (rows === images && classes !== undefined && shape.length === 2) return { classes, data };
  throw artefactInvalid(WHAT, path, `conf_train [${images}, classes]`, `[${shape.join(", ")}]`);
}
