import type { Classifier } from "../models/classifier.js";
import type { CamLayerName, CamMethod } from "../native/contract.js";
import type { ClassPca } from "../pca/class-pca.js";
import { directionsOf } from "./attack-pool.js";
import type { RgbImage } from "./heat-map.js";

/** Grad-CAM of alpha of one image for one component: [height, width] in [0, 1]. */
export type CamMap = Float32Array;

export interface Cams {
  /** By component, then by image, in the order asked for. */
  readonly maps: readonly (readonly CamMap[])[];
  readonly method: CamMethod;
  readonly layer: string;
}

export interface CamOptions {
  readonly column: number;
  readonly layer?: CamLayerName | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Maps of one call take 4 bytes a pixel for every component. */
const MAX_MAP_BYTES = 128e6;

/** Grad-CAM of alpha for all the components and images given, which have the model's input size. */
export async function camsOf(
  classifier: Classifier,
  pca: ClassPca,
  eigenIndices: readonly number[],
  images: readonly RgbImage[],
  options: CamOptions,
): Promise<Cams> {
  const size = classifier.inputSize.value;
  const plane = size * size;
  const most = Math.floor(MAX_MAP_BYTES / (plane * 4 * Math.max(1, eigenIndices.length)));
  const batch = Math.max(1, Math.min(classifier.batch, most));
  const maps: CamMap[][] = eigenIndices.map(() => []);
  let method: CamMethod = "closed-form";
  let layer = "";
  for (let start = 0; start < images.length; start += batch) {
    const part = images.slice(start, start + batch);
    const pixels = new Uint8Array(part.length * plane * 3);
    for (const [i, image] of part.entries()) pixels.set(image.pixels, i * plane * 3);
    const { mean, std } = classifier.normalization.value;
    const result = await classifier.engine.gradCam(
      {
        components: eigenIndices.length,
        dimensions: pca.weight.length,
        weight: pca.weight,
        column: options.column,
        directions: directionsOf(pca, eigenIndices),
        classMean: Float32Array.from(pca.mean),
        pixels,
        count: part.length,
        height: size,
        width: size,
        mean,
        std,
        batch: classifier.batchIsFixed ? classifier.batch : part.length,
        ...(options.layer !== undefined && { layer: options.layer }),
      },
      options.signal,
    );
    ({ method, layer } = result);
    for (const [l, row] of maps.entries()) {
      for (let i = 0; i < part.length; i++) {
        const at = (l * part.length + i) * plane;
        row.push(result.maps.slice(at, at + plane));
      }
    }
  }
  return { maps, method, layer };
}
