import { basename } from "node:path";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import { METADATA_SCHEMA, type ModelMetadata } from "../models/metadata.js";
import { sha256File } from "../models/sha256.js";
import { addon } from "../native/load.js";
import { native } from "../native/native-error.js";
import { refuseExisting } from "../results/result-folder.js";
import { writeThrough } from "../results/write-through.js";
import { VERSION } from "../version.js";
import { openFix, type SpuFix } from "./fix-file.js";
import { foldForClassifier } from "./fold-for-classifier.js";

export interface ExportFixRequest extends ClassifierRequest {
  /** The fix's file. */
  readonly fix: string;
  /** The TorchScript file to write. */
  readonly to: string;
  /** What beta is multiplied by, default 1. */
  readonly strength?: number | undefined;
  /** Replace the file. */
  readonly force?: boolean | undefined;
}

export interface MendedModel {
  readonly file: string;
  readonly sha256: string;
  /** What spurious_native.json inside the file says. */
  readonly metadata: ModelMetadata;
}

/**
 * Writes a model with its fix built in: one TorchScript file for any program, whose `model` is the
 * whole original, plus one small linear map of the penultimate features, ReLU and subtraction.
 * @throws MODEL_* (MODEL_ALREADY_MENDED for a file of this kind), ARTEFACT_INVALID the fix is
 *   damaged, belongs to another model or other inputs, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
 */
export async function exportFix(request: ExportFixRequest): Promise<MendedModel> {
  const { to, strength = 1, force = false } = request;
  await refuseExisting(to, force);
  await using classifier = await Classifier.open({
    ...request,
    device: "cpu",
    dtype: "fp32",
    needsFeatures: true,
  });
  const fix = await openFix(request.fix, classifier);
  const { folded, scale } = await foldForClassifier(classifier, fix);
  const metadata = mendedMetadata(classifier, fix, strength, await sha256File(request.fix));
  // Positive factors go into and out of the ReLU.
  const dose = (values: Float32Array): Float32Array =>
    values.map((value) => value * scale * strength);
  return writeThrough(to, async (temporary) => {
    const written = addon().writeMendedModel({
      model: request.model,
      path: temporary,
      rows: folded.columns.length,
      dimensions: folded.slopes.length / folded.columns.length,
      slopes: dose(folded.slopes),
      offsets: dose(folded.offsets),
      columns: folded.columns,
      extraFiles: { "spurious_native.json": `${JSON.stringify(metadata, null, 2)}\n` },
    });
    await native(written);
    return { file: to, sha256: await sha256File(temporary), metadata };
  });
}

/** What the original's metadata and flags say, so that the file is used as the original was. */
function mendedMetadata(
  classifier: Classifier,
  fix: SpuFix,
  strength: number,
  fixSha256: string,
): ModelMetadata {
  const { metadata, normalization, classMapSpec } = classifier;
  const { where, mean, std } = normalization.value;
  const inside = where === "inside";
  return {
    ...metadata,
    schema: METADATA_SCHEMA,
    name: `${metadata.name ?? basename(classifier.file)} + SpuFix`,
    inputSize: classifier.inputSize.value,
    normalization: inside ? "inside" : "outside",
    ...(!inside && { mean: [...mean], std: [...std] }),
    temperature: classifier.temperature.value,
    ...(classMapSpec !== undefined && { classMap: classMapSpec }),
    spufix: {
      version: VERSION,
      strength,
      model: { file: basename(classifier.file), sha256: classifier.sha256 },
      fix: { sha256: fixSha256 },
      classes: fix.classes.map(({ index, eigenIndices }) => ({ index, eigenIndices })),
    },
  };
}
