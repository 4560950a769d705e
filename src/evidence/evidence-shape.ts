import * as t from "typanion";
import { WHOLE_NUMBER } from "../results/document-shape.js";

const IMAGE = t.isPartial({
  path: t.isString(),
  alpha: t.isNumber(),
  probability: t.isNumber(),
  image: t.isString(),
  cam: t.isString(),
});

/** Of an EvidenceComponent. */
export const EVIDENCE_COMPONENT_SHAPE = t.isPartial({
  rank: t.isNumber(),
  eigenIndex: WHOLE_NUMBER,
  varianceShare: t.isNumber(),
  alpha: t.isNumber(),
  confidence: t.isNumber(),
  trainMax: t.isNumber(),
  attackImage: t.isString(),
  attackCam: t.isString(),
  top: t.isArray(IMAGE),
  least: t.isArray(IMAGE),
});

/** Fields of an EvidenceDocument that anything here reads. */
export const EVIDENCE_SHAPE = t.isPartial({
  class: WHOLE_NUMBER,
  wnid: t.isString(),
  label: t.isString(),
  definition: t.isNullable(t.isString()),
  images: t.isNumber(),
  rank: t.isNumber(),
  components: t.isArray(EVIDENCE_COMPONENT_SHAPE),
  pool: t.isArray(
    t.isPartial({ rank: t.isNumber(), eigenIndex: WHOLE_NUMBER, confidence: t.isNumber() }),
  ),
  attack: t.isPartial({ eps: t.isNumber(), steps: t.isNumber(), seed: t.isNumber() }),
  cam: t.isPartial({ method: t.isString(), layer: t.isString() }),
  settings: t.isRecord(t.isUnknown()),
});
