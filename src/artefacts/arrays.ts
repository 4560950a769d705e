import type { DenseTensor } from "./dense.js";
import { NumpyArray } from "./numpy-globals.js";
import type { PickleValue } from "./pickle-values.js";
import { TorchTensor } from "./torch-tensor.js";

/** A tensor of PyTorch or an array of NumPy, with its shape. */
export type StoredArray = TorchTensor | NumpyArray;

export function isStoredArray(value: PickleValue | undefined): value is StoredArray {
  return value instanceof TorchTensor || value instanceof NumpyArray;
}

/** The numbers of either. @throws ARTEFACT_INVALID; PickleError an array of objects */
export function loadArray(array: StoredArray): Promise<DenseTensor> {
  return array instanceof TorchTensor ? array.load() : Promise.resolve(array.tensor);
}
