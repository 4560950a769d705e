import type { Accuracy } from "../evaluation/accuracy.js";
import type { EvalResult } from "../results/eval-result.js";
import type { Interval } from "../scoring/bootstrap.js";
import type { DosePoint } from "./dose-curve.js";
import type { SideEffects } from "./side-effects.js";

export const SPUFIX_EVAL_SCHEMA = "spurious-native/spufix-eval/1";

/** A difference, after less before. */
export interface Difference {
  readonly value: number;
  readonly ci95: Interval | null;
}

/** Accuracy over the pictures of a validation folder. */
export interface FixAccuracy extends Accuracy {
  readonly root: string;
  /** Classes that the model can predict; the folder may hold fewer. */
  readonly modelClasses: number;
}

/** The document of `spufix eval --json` and of result.json. */
export interface FixEvaluation {
  readonly schema: typeof SPUFIX_EVAL_SCHEMA;
  readonly strength: number;
  readonly before: EvalResult;
  readonly after: EvalResult;
  readonly difference: {
    readonly mean: Difference;
    readonly joint: Difference;
    /** Ascending by index, as the classes of `before` and `after`. */
    readonly classes: readonly (Difference & { readonly index: number; readonly label: string })[];
  };
  /** Top-1 accuracy over all classes, before and after; null when it was not asked for. */
  readonly accuracy: FixAccuracy | null;
  /** Classes that the fix changed most, wanted or not. */
  readonly sideEffects: SideEffects;
  /** The scores over the strength of the fix, ascending. */
  readonly doseCurve: readonly DosePoint[];
}
