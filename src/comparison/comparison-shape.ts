import * as t from "typanion";
import { INTERVAL, OVERALL, PROVENANCE_SHAPE } from "../results/eval-result-shape.js";

const DIFFERENCE = {
  ap: t.isNumber(),
  apCi95: INTERVAL,
  auroc: t.isNumber(),
  aurocCi95: INTERVAL,
};

const SIDE = t.isPartial({
  folder: t.isString(),
  score: t.isPartial(OVERALL),
  auroc: t.isPartial(OVERALL),
  provenance: PROVENANCE_SHAPE,
});

/** Fields of a Comparison that anything here reads. */
export const COMPARISON_SHAPE = t.isPartial({
  first: SIDE,
  second: SIDE,
  mean: t.isPartial(DIFFERENCE),
  joint: t.isPartial(DIFFERENCE),
  classes: t.isArray(
    t.isPartial({
      ...DIFFERENCE,
      index: t.isNumber(),
      label: t.isString(),
      first: t.isNumber(),
      second: t.isNumber(),
      firstAuroc: t.isNumber(),
      secondAuroc: t.isNumber(),
    }),
  ),
  images: t.isArray(
    t.isPartial({
      path: t.isString(),
      split: t.isEnum(["val", "spurious"]),
      class: t.isNumber(),
      first: t.isNumber(),
      second: t.isNumber(),
    }),
  ),
});
