import { basename, dirname } from "node:path";
import * as t from "typanion";
import { readSafetensors, requireTensor, writeSafetensors } from "../artefacts/safetensors.js";
import { SpuriousError } from "../errors.js";
import type { Classifier } from "../models/classifier.js";
import { writeFilesAtomic } from "../results/atomic.js";
import { shapeFault } from "../results/document-shape.js";
import { parseJson } from "../results/parse-json.js";
import type { ClassDirections } from "./fold.js";

export const SPUFIX_SCHEMA = "spurious-native/spufix/1";

/** A fitted fix: the directions of all labelled components of one model. */
export interface SpuFix {
  /** Ascending by class index. */
  readonly classes: readonly ClassDirections[];
  /** SHA-256 of the model it belongs to; it means nothing for another one. */
  readonly modelSha256: string;
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** Writes a fix whole or not at all. @throws OUTPUT_WRITE_FAILED */
export async function writeFix(path: string, fix: SpuFix): Promise<void> {
  const d = fix.classes[0]?.mean.length ?? 0;
  const rows = fix.classes.flatMap(({ index, eigenIndices }) =>
    eigenIndices.map((eigenIndex) => ({ index, eigenIndex })),
  );
  const content = writeSafetensors(
    {
      directions: {
        shape: [rows.length, d],
        data: joined(fix.classes.map(({ directions }) => directions)),
      },
      classes: { shape: [rows.length], data: BigInt64Array.from(rows, (row) => BigInt(row.index)) },
      eigenIndices: {
        shape: [rows.length],
        data: BigInt64Array.from(rows, (row) => BigInt(row.eigenIndex)),
      },
      means: { shape: [fix.classes.length, d], data: joined(fix.classes.map(({ mean }) => mean)) },
    },
    {
      schema: SPUFIX_SCHEMA,
      modelSha256: fix.modelSha256,
      provenance: JSON.stringify(fix.provenance),
    },
  );
  await writeFilesAtomic(dirname(path), [{ name: basename(path), content }]);
}

/**
 * @param modelSha256 of the model that it is to be used with
 * @throws ARTEFACT_INVALID missing, damaged, foreign, of another schema or made for another model
 */
export async function readFix(path: string, modelSha256: string): Promise<SpuFix> {
  const file = await readSafetensors(path);
  const { schema, modelSha256: madeFor = "", provenance = "{}" } = file.metadata;
  if (schema !== SPUFIX_SCHEMA) throw invalid(path, `schema ${SPUFIX_SCHEMA}`, schema ?? "none");
  if (madeFor !== modelSha256) {
    throw invalid(path, `a fix of the model with SHA-256 ${modelSha256}`, `one of ${madeFor}`);
  }
  const directions = requireTensor(file, path, "directions", "F32", 2);
  const classOfRow = requireTensor(file, path, "classes", "I64", 1).data;
  const eigenIndexOfRow = requireTensor(file, path, "eigenIndices", "I64", 1).data;
  const means = requireTensor(file, path, "means", "F32", 2);
  const d = directions.shape[1] ?? 0;
  const indices = [...new Set(Array.from(classOfRow, Number))];
  const fits =
    directions.shape[0] === classOfRow.length &&
    eigenIndexOfRow.length === classOfRow.length &&
    means.shape[0] === indices.length &&
    means.shape[1] === d;
  if (!fits) throw invalid(path, "as many directions as classes and eigen indices", "others");
  const classes = indices.map((index, at) => {
    const rows = [...classOfRow.keys()].filter((row) => Number(classOfRow[row]) === index);
    return {
      index,
      directions: joined(rows.map((row) => directions.data.slice(row * d, (row + 1) * d))),
      eigenIndices: rows.map((row) => Number(eigenIndexOfRow[row])),
      mean: means.data.slice(at * d, (at + 1) * d),
    };
  });
  return {
    classes,
    modelSha256: madeFor,
    provenance: parseProvenance(path, provenance),
  };
}

/** What is read of it; fixes made by hand or through the API may say nothing. */
const PROVENANCE_SHAPE = t.isPartial({
  inputSize: t.isOptional(t.isPartial({ value: t.isNumber() })),
  normalization: t.isOptional(
    t.isPartial({
      where: t.isString(),
      mean: t.isArray(t.isNumber()),
      std: t.isArray(t.isNumber()),
    }),
  ),
  classMap: t.isOptional(t.isString()),
});

function parseProvenance(path: string, text: string): Record<string, unknown> {
  try {
    const document = parseJson(text);
    const fault = shapeFault(document, PROVENANCE_SHAPE);
    if (fault === null) return document as Record<string, unknown>;
    throw invalid(path, "a whole provenance", fault);
  } catch (error) {
    if (error instanceof SpuriousError) throw error;
    throw invalid(path, "provenance as JSON", `"${text.slice(0, 40)}"`);
  }
}

/** What a classifier and the provenance of a fix say of the inputs. */
type Inputs = Pick<
  ReturnType<Classifier["provenance"]>,
  "inputSize" | "normalization" | "classMap"
>;

/**
 * readFix for a model as it is used now. Directions and means are of the features that it has at one
 * input size and normalisation, of the classes of one map.
 * @throws ARTEFACT_INVALID also where the fix was fitted with others
 */
export async function openFix(
  path: string,
  classifier: Pick<Classifier, "sha256" | "provenance">,
): Promise<SpuFix> {
  const fix = await readFix(path, classifier.sha256);
  const [now, then] = [inputsOf(classifier.provenance()), inputsOf(fix.provenance)];
  for (const [name, value] of Object.entries(now)) {
    const fitted = then[name];
    // Fixes made by hand or through the API may not say.
    if (fitted === undefined || fitted === value) continue;
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `reading a fix: ${path}: expected one fitted with ${name} ${String(value)}, got one fitted with ${fitted}`,
      {
        input: path,
        hint: "use the model as it was used for the fit (--size, --normalize or --mean and --std, --class-map), or fit the fix again",
      },
    );
  }
  return fix;
}

/** As texts, for messages; what is not recorded is left out. */
function inputsOf(provenance: Partial<Inputs>): Readonly<Record<string, string>> {
  const { inputSize, normalization, classMap } = provenance;
  return {
    ...(inputSize && { "input size": String(inputSize.value) }),
    ...(normalization && { normalization: normalizationText(normalization) }),
    ...(classMap && { "class map": classMap }),
  };
}

/** A model that normalises inside and one that does not are both given [0, 1]. */
function normalizationText({ where, mean, std }: Inputs["normalization"]): string {
  return where === "outside" ? `mean ${mean.join(",")} std ${std.join(",")}` : "none outside";
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading a fix: ${path}: expected ${expected}, got ${got}`,
    { input: path, hint: "fit the fix again: spurious-native spufix fit MODEL ..." },
  );
}
