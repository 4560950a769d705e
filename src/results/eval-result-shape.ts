import * as t from "typanion";
import { WHOLE_NUMBER } from "./document-shape.js";

/** Of an EvalProvenance. */
export const PROVENANCE_SHAPE = t.isPartial({
  version: t.isString(),
  model: t.isNullable(t.isPartial({ path: t.isString(), sha256: t.isString() })),
  preset: t.isNullable(t.isString()),
  dtype: t.isNullable(t.isString()),
  device: t.isNullable(t.isString()),
  torch: t.isNullable(t.isString()),
  batch: t.isNullable(t.isNumber()),
  seed: t.isNumber(),
  bootstrap: WHOLE_NUMBER,
  classMap: t.isString(),
  started: t.isString(),
  seconds: t.isNumber(),
});

export const INTERVAL = t.isNullable(t.isTuple([t.isNumber(), t.isNumber()]));
const SHARE = t.isNullable(t.isNumber());
/** Of an OverallScore. */
export const OVERALL = {
  mean: t.isNumber(),
  joint: t.isNumber(),
  meanCi95: INTERVAL,
  jointCi95: INTERVAL,
};

const CLASS = t.isPartial({
  index: t.isNumber(),
  wnid: t.isString(),
  label: t.isString(),
  components: t.isArray(t.isNumber()),
  ap: t.isNumber(),
  apCi95: INTERVAL,
  auroc: t.isNumber(),
  aurocCi95: INTERVAL,
  meanProbVal: t.isNumber(),
  meanProbSpurious: t.isNumber(),
  fractionVal: SHARE,
  fractionSpurious: SHARE,
  nVal: t.isNumber(),
  nSpurious: t.isNumber(),
});

export const SKIPPED_SHAPE = t.isPartial({
  path: t.isString(),
  split: t.isString(),
  class: t.isNumber(),
  code: t.isString(),
  message: t.isString(),
});

/** Fields of an EvalResult that anything here reads. */
export const EVAL_RESULT_SHAPE = t.isPartial({
  score: t.isPartial({
    ...OVERALL,
    tiedPairs: t.isPartial({ withinClasses: t.isNumber(), joint: t.isNumber() }),
  }),
  auroc: t.isPartial(OVERALL),
  classes: t.isArray(CLASS),
  counts: t.isPartial({
    val: t.isNumber(),
    spurious: t.isNumber(),
    skipped: t.isArray(SKIPPED_SHAPE),
    ignored: t.isArray(t.isPartial({ path: t.isString() })),
    leftOut: t.isNumber(),
    unscoredClasses: t.isArray(
      t.isPartial({ index: t.isNumber(), label: t.isString(), reason: t.isString() }),
    ),
  }),
  provenance: PROVENANCE_SHAPE,
});
