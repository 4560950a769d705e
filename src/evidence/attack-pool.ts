import * as t from "typanion";
import { WHOLE_NUMBER } from "../results/document-shape.js";
import type { Journal } from "../evaluation/journal.js";
import type { Classifier } from "../models/classifier.js";
import type { ClassPca } from "../pca/class-pca.js";
import { toPng } from "./png.js";

/** One attacked component. */
export interface AttackedComponent {
  readonly eigenIndex: number;
  /** alpha_l of the image, centred. */
  readonly alpha: number;
  /** p_k of the image. */
  readonly confidence: number;
  /** <1, v_l> <psi_k, v_l>, not centred: what was maximised. */
  readonly objective: number;
  /** L2 distance from grey. */
  readonly perturbation: number;
  /** The image, base64. */
  readonly png: string;
  readonly graph: "frozen" | "original";
}

/** An AttackedComponent in a document. */
export const ATTACKED_SHAPE = t.isPartial({
  eigenIndex: WHOLE_NUMBER,
  alpha: t.isNumber(),
  confidence: t.isNumber(),
  objective: t.isNumber(),
  perturbation: t.isNumber(),
  png: t.cascade(t.isString(), [t.isBase64()]),
  graph: t.isEnum(["frozen", "original"]),
});

export interface AttackSettings {
  readonly classIndex: number;
  /** Column of the class in the head. */
  readonly column: number;
  readonly eps: number;
  readonly steps: number;
  readonly seed: number;
  /** Components attacked together. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after every step with the components at work and the steps done since the last call. */
  readonly onSteps?: ((components: number, steps: number) => void) | undefined;
}

/**
 * Attacks the leading components of a class, a batch after the other; each finished batch goes to
 * the journal. Images do not depend on how the components are batched.
 * @param count components of the pool
 * @throws MODEL_NOT_DIFFERENTIABLE, OUT_OF_MEMORY, CANCELLED
 */
export async function attackPool(
  classifier: Classifier,
  pca: ClassPca,
  count: number,
  settings: AttackSettings,
  journal: Journal<AttackedComponent>,
): Promise<AttackedComponent[]> {
  const attacked = [...journal.earlier];
  const done = new Set(attacked.map(({ eigenIndex }) => eigenIndex));
  const left = [...Array(count).keys()].filter((eigenIndex) => !done.has(eigenIndex));
  // A model traced with a fixed batch takes no more rows than that at once.
  const rows = classifier.batchIsFixed
    ? Math.min(settings.batch, classifier.batch)
    : settings.batch;
  for (let start = 0; start < left.length; start += rows) {
    const batch = left.slice(start, start + rows);
    const fresh = await attackBatch(classifier, pca, batch, settings);
    await journal.append(fresh);
    attacked.push(...fresh);
  }
  return attacked;
}

/** By the confidence of the attack image; exact ties by the objective, then by eigen index. */
export function rankByConfidence(attacked: readonly AttackedComponent[]): AttackedComponent[] {
  return [...attacked].sort(
    (a, b) =>
      b.confidence - a.confidence || b.objective - a.objective || a.eigenIndex - b.eigenIndex,
  );
}

/** Rows v_l of some components, one after another: [L, d]. */
export function directionsOf(pca: ClassPca, eigenIndices: readonly number[]): Float32Array {
  const d = pca.weight.length;
  const directions = new Float32Array(eigenIndices.length * d);
  for (const [at, l] of eigenIndices.entries()) {
    directions.set(pca.components.subarray(l * d, (l + 1) * d), at * d);
  }
  return directions;
}

async function attackBatch(
  classifier: Classifier,
  pca: ClassPca,
  eigenIndices: readonly number[],
  settings: AttackSettings,
): Promise<AttackedComponent[]> {
  const { mean, std } = classifier.normalization.value;
  const size = classifier.inputSize.value;
  let reported = 0;
  const result = await classifier.engine.attack(
    {
      components: eigenIndices.length,
      dimensions: pca.weight.length,
      weight: pca.weight,
      column: settings.column,
      directions: directionsOf(pca, eigenIndices),
      classMean: Float32Array.from(pca.mean),
      eigenIndices,
      classIndex: settings.classIndex,
      seed: settings.seed,
      eps: settings.eps,
      steps: settings.steps,
      height: size,
      width: size,
      mean,
      std,
      batch: classifier.batchIsFixed ? classifier.batch : eigenIndices.length,
      temperature: classifier.temperature.value,
      onStep: (done) => {
        settings.onSteps?.(eigenIndices.length, done - reported);
        reported = done;
      },
    },
    settings.signal,
  );
  settings.onSteps?.(eigenIndices.length, settings.steps - reported);
  const bytes = size * size * 3;
  return Promise.all(
    eigenIndices.map(async (eigenIndex, i) => {
      const pixels = result.pixels.slice(i * bytes, (i + 1) * bytes);
      const png = await toPng({ pixels, width: size, height: size });
      return {
        eigenIndex,
        alpha: result.alphas[i] as number,
        confidence: result.probabilities[i] as number,
        objective: result.objectives[i] as number,
        perturbation: result.perturbations[i] as number,
        png: Buffer.from(png).toString("base64"),
        graph: result.graph,
      };
    }),
  );
}
