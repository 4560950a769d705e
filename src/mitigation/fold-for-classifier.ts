import type { Classifier } from "../models/classifier.js";
import type { SpuFix } from "./fix-file.js";
import { weightRow } from "./fit.js";
import { foldFix, type FoldedFix } from "./fold.js";

/**
 * A fix as a linear map of this model's penultimate features.
 * @returns also `scale`, what the graph multiplies the head's output by: a lowering of the logits
 *   that it gives has that factor too
 */
export async function foldForClassifier(
  classifier: Classifier,
  fix: SpuFix,
): Promise<{ readonly folded: FoldedFix; readonly scale: number }> {
  const head = await classifier.engine.headWeights();
  const folded = foldFix(
    fix.classes,
    (index) => weightRow(head, classifier, index),
    (index) => classifier.classMap.columnOf(index),
  );
  return { folded, scale: head.scale };
}
