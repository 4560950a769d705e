import { setImmediate as nextTurn } from "node:timers/promises";
import { imageProbabilities } from "../scoring/softmax.js";

/** The last layer of a model. */
export interface LinearLayer {
  /** [C, d] */
  readonly weight: Float32Array;
  /** [C] */
  readonly bias: Float32Array;
}

/** Images whose logits are computed together: each weight is then read once for all of them. */
const TOGETHER = 4;
/** How long the event loop, and with it signals, may have to wait. */
const TURN_MS = 20;

/**
 * p_k of images whose penultimate features are given: softmax((W phi + b) / T)_k, sums in float64,
 * logits in float32.
 * @param features [N, d]
 * @param column row of the layer that the class has
 * @param onImages hears of images done, at least every few hundredths of a second; what it throws
 *   ends the work
 * @returns [N]
 * @throws MODEL_OUTPUT_UNSUPPORTED a logit is beyond float32
 */
export async function linearProbabilities(
  features: Float32Array,
  layer: LinearLayer,
  column: number,
  temperature: number,
  onImages: (count: number) => void,
): Promise<Float32Array> {
  const classes = layer.bias.length;
  const d = layer.weight.length / classes;
  const count = features.length / d;
  const probabilities = new Float32Array(count);
  const block = new Float64Array(TOGETHER * d);
  const logits = new Float32Array(TOGETHER * classes);
  let turn = performance.now();
  let told = 0;
  for (let first = 0; first < count; first += TOGETHER) {
    const rows = Math.min(TOGETHER, count - first);
    interleave(features, first, rows, d, block);
    blockLogits(layer, d, block, logits);
    for (let row = 0; row < rows; row++) {
      const own = logits.subarray(row * classes, (row + 1) * classes);
      probabilities[first + row] = imageProbabilities(own, column, temperature).p;
    }
    if (performance.now() - turn < TURN_MS) continue;
    await nextTurn();
    turn = performance.now();
    onImages(first + rows - told);
    told = first + rows;
  }
  onImages(count - told);
  return probabilities;
}

/** Features of up to four images side by side: [d, 4]; images that lack are zeros. */
function interleave(
  features: Float32Array,
  first: number,
  rows: number,
  d: number,
  block: Float64Array,
): void {
  block.fill(0);
  for (let row = 0; row < rows; row++) {
    const start = (first + row) * d;
    for (let i = 0; i < d; i++) block[i * TOGETHER + row] = features[start + i] as number;
  }
}

/** @param block [d, 4] @param logits receives [4, C] */
function blockLogits(
  { weight, bias }: LinearLayer,
  d: number,
  block: Float64Array,
  logits: Float32Array,
): void {
  const classes = bias.length;
  for (let k = 0; k < classes; k++) {
    const b = bias[k] as number;
    let [s0, s1, s2, s3] = [b, b, b, b];
    let at = 0;
    for (let i = k * d; i < (k + 1) * d; i++) {
      const w = weight[i] as number;
      s0 += w * (block[at] as number);
      s1 += w * (block[at + 1] as number);
      s2 += w * (block[at + 2] as number);
      s3 += w * (block[at + 3] as number);
      at += TOGETHER;
    }
    logits[k] = s0;
    logits[classes + k] = s1;
    logits[2 * classes + k] = s2;
    logits[3 * classes + k] = s3;
  }
}
