import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../results/atomic.js";
import { exists } from "./files.js";
import { randomBytes } from "./random-pixels.js";

export interface SyntheticFeatures {
  /** float32 [images, dimensions] */
  readonly features: string;
  /** float32 [classes, dimensions]: a row of a classifier's head each. */
  readonly weights: string;
}

const SEED = 2;
/** Features of a class have a few dozen strong directions and a long tail. */
const FACTORS = 48;

/**
 * Seeded penultimate features as a pooled network has them: not negative, correlated, with a
 * spectrum that falls off; made once.
 */
export async function syntheticFeatures(
  cache: string,
  images: number,
  dimensions: number,
  classes: number,
): Promise<SyntheticFeatures> {
  const key = `${String(images)}x${String(dimensions)}`;
  const features = join(cache, `features-${key}.bin`);
  const weights = join(cache, `weights-${String(classes)}x${String(dimensions)}.bin`);
  await mkdir(cache, { recursive: true });
  if (!(await exists(features))) {
    await writeFileAtomic(features, bytesOf(mixed(images, dimensions)));
  }
  if (!(await exists(weights))) {
    const rows = normals(classes * dimensions, SEED + 1).map((value) => 0.04 * value);
    await writeFileAtomic(weights, bytesOf(rows));
  }
  return { features, weights };
}

/** max(0, loadings * factors + noise): [images, dimensions] */
function mixed(images: number, dimensions: number): Float32Array {
  const factors = normals(FACTORS * dimensions, SEED + 2);
  const loadings = normals(images * FACTORS, SEED + 3);
  const result = normals(images * dimensions, SEED).map((value) => 0.3 * value);
  const row = new Float64Array(dimensions);
  for (let image = 0; image < images; image++) {
    row.set(result.subarray(image * dimensions, (image + 1) * dimensions));
    for (let factor = 0; factor < FACTORS; factor++) {
      const loading = (loadings[image * FACTORS + factor] as number) / (1 + factor / 4);
      const at = factor * dimensions;
      for (let j = 0; j < dimensions; j++) {
        row[j] = (row[j] as number) + loading * (factors[at + j] as number);
      }
    }
    for (let j = 0; j < dimensions; j++) {
      result[image * dimensions + j] = Math.max(0, row[j] as number);
    }
  }
  return result;
}

/** Normal numbers by Box and Muller's transform of seeded uniform ones. */
function normals(count: number, seed: number): Float32Array {
  const bytes = randomBytes(count * 8, seed);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, count * 2);
  return Float32Array.from({ length: count }, (_, i) => {
    const [first, second] = [words[2 * i] as number, words[2 * i + 1] as number];
    const radius = Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32));
    return radius * Math.cos((2 * Math.PI * second) / 2 ** 32);
  });
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
