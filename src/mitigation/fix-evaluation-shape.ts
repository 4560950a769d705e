import * as t from "typanion";
import { shapeFault } from "../results/document-shape.js";
import { INTERVAL } from "../results/eval-result-shape.js";
import { resultInvalid } from "../results/read-document.js";
import { asEvalResult } from "../results/read-eval-result.js";
import type { FixEvaluation } from "./fix-evaluation.js";

const DIFFERENCE = { value: t.isNumber(), ci95: INTERVAL };

const MOVED = t.isArray(
  t.isPartial({
    index: t.isNumber(),
    label: t.isString(),
    before: t.isNumber(),
    after: t.isNumber(),
    change: t.isNumber(),
  }),
);

/** Fields of a FixEvaluation that anything here reads, beside its two results. */
const FIX_EVALUATION_SHAPE = t.isPartial({
  strength: t.isNumber(),
  difference: t.isPartial({
    mean: t.isPartial(DIFFERENCE),
    joint: t.isPartial(DIFFERENCE),
    classes: t.isArray(t.isPartial({ ...DIFFERENCE, index: t.isNumber(), label: t.isString() })),
  }),
  accuracy: t.isNullable(
    t.isPartial({
      root: t.isString(),
      images: t.isNumber(),
      modelClasses: t.isNumber(),
      accuracy: t.isArray(t.isNumber()),
      classes: t.isArray(t.isUnknown()),
    }),
  ),
  sideEffects: t.isPartial({
    of: t.isEnum(["all classes", "measured classes", "benchmark classes"]),
    accuracy: MOVED,
    meanProb: MOVED,
  }),
  doseCurve: t.isArray(
    t.isPartial({
      strength: t.isNumber(),
      mean: t.isNumber(),
      joint: t.isNumber(),
      accuracy: t.isOptional(t.isNumber()),
    }),
  ),
});

/** @throws RESULT_INVALID the document is no whole result of `spufix eval` */
export function asFixEvaluation(document: object, file: string): FixEvaluation {
  const { before, after } = document as Partial<FixEvaluation>;
  for (const result of [before, after]) asEvalResult(result, file);
  const fault = shapeFault(document, FIX_EVALUATION_SHAPE);
  if (fault !== null) throw resultInvalid(file, "a whole result", fault);
  return document as FixEvaluation;
}
