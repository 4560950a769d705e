import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";

export const METADATA_SCHEMA = "spurious-native/model/1";

/** The JSON document inside a model archive (`spurious_native.json`); every field may be missing. */
export interface ModelMetadata {
  schema?: string;
  name?: string;
  source?: string;
  inputSize?: number;
  cropFraction?: number;
  interpolation?: "bicubic" | "bilinear";
  mean?: [number, number, number];
  std?: [number, number, number];
  normalization?: "inside" | "outside";
  /** A name of a built-in class map, or the classes themselves. */
  classMap?: unknown;
  temperature?: number;
  license?: string;
  [other: string]: unknown;
}

type Check = (value: unknown) => boolean;

const positive: Check = (value) => typeof value === "number" && Number.isFinite(value) && value > 0;
const text: Check = (value) => typeof value === "string";
const triple: Check = (value) =>
  Array.isArray(value) &&
  value.length === 3 &&
  value.every((item) => typeof item === "number" && Number.isFinite(item));
const oneOf =
  (...options: string[]): Check =>
  (value) =>
    options.includes(value as string);

const FIELDS: Record<string, { check: Check; expected: string }> = {
  schema: { check: text, expected: "a string" },
  name: { check: text, expected: "a string" },
  source: { check: text, expected: "a string" },
  license: { check: text, expected: "a string" },
  inputSize: {
    check: (value) => Number.isInteger(value) && positive(value),
    expected: "a whole number of pixels",
  },
  cropFraction: {
    check: (value) => positive(value) && (value as number) <= 1,
    expected: "a number above 0 and at most 1",
  },
  interpolation: { check: oneOf("bicubic", "bilinear"), expected: "bicubic or bilinear" },
  mean: { check: triple, expected: "three numbers" },
  std: {
    check: (value) => triple(value) && (value as number[]).every((item) => item > 0),
    expected: "three numbers above 0",
  },
  normalization: { check: oneOf("inside", "outside"), expected: "inside or outside" },
  temperature: { check: positive, expected: "a number above 0" },
};

/**
 * Parses and checks the metadata of a model file.
 * @throws MODEL_METADATA_INVALID naming the field, or the schema when it is foreign or newer.
 */
export function parseMetadata(json: string, file: string): ModelMetadata {
  const refuse = (what: string): never => {
    throw new SpuriousError("MODEL_METADATA_INVALID", `reading metadata: ${file}: ${what}`, {
      input: file,
    });
  };
  let document: unknown;
  try {
    document = parseJson(json);
  } catch (cause) {
    return refuse(`expected JSON in spurious_native.json, got: ${(cause as Error).message}`);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return refuse("expected an object in spurious_native.json");
  }
  const metadata = document as ModelMetadata;
  if (metadata.schema !== undefined && metadata.schema !== METADATA_SCHEMA) {
    return refuse(`expected schema ${METADATA_SCHEMA}, got ${JSON.stringify(metadata.schema)}`);
  }
  for (const [field, { check, expected }] of Object.entries(FIELDS)) {
    const value = metadata[field];
    if (value === undefined) continue;
    if (value === null) delete metadata[field];
    else if (!check(value)) refuse(`${field}: expected ${expected}, got ${JSON.stringify(value)}`);
  }
  return metadata;
}
