import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { SpuriousError } from "../errors.js";
import { parseJson } from "../results/parse-json.js";
import { resolveLocation } from "../sources/location.js";

export const CONFIG_FILE = "spurious-native.config.json";

/** The strongest first. */
const SOURCE_KINDS = ["flag", "environment", "config"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A data folder and who named it, for example "environment SPURIOUS_IMAGENET". */
export interface Location {
  /** Absolute path or URL. */
  readonly value: string;
  readonly source: string;
  readonly kind: SourceKind;
}

export interface DataLocations {
  /** Spurious ImageNet. */
  readonly data: Location | null;
  /** ImageNet val. */
  readonly val: Location | null;
}

export interface LocationRequest {
  readonly data?: string | undefined;
  readonly val?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** What openBenchmark takes, besides the class map. */
export interface BenchmarkFolders {
  readonly data: string;
  readonly val?: string;
  readonly valFallback?: string;
}

type Field = keyof DataLocations;

const FIELDS: readonly Field[] = ["data", "val"];
const VARIABLES: Record<Field, string> = { data: "SPURIOUS_IMAGENET", val: "IMAGENET_ROOT" };

/**
 * Where the data are: by flag, else environment (SPURIOUS_IMAGENET, IMAGENET_ROOT), else
 * spurious-native.config.json in the current folder or the nearest one above. An empty value counts
 * as none. Nothing is checked for existence.
 * @throws CONFIG_INVALID the file that would be used is no JSON object of "data" and "val"
 */
export function findLocations(request: LocationRequest = {}): DataLocations {
  const { env = process.env, cwd = process.cwd() } = request;
  // Read only if needed: a broken file must not stop a run that names everything itself.
  let config: DataLocations | undefined;
  const locate = (field: Field): Location | null => {
    const flag = request[field];
    if (flag) {
      return { value: resolveLocation(flag, cwd), source: `flag --${field}`, kind: "flag" };
    }
    const variable = env[VARIABLES[field]];
    if (variable) {
      const source = `environment ${VARIABLES[field]}`;
      return { value: resolveLocation(variable, cwd), source, kind: "environment" };
    }
    config ??= readConfig(cwd);
    return config[field];
  };
  return { data: locate("data"), val: locate("val") };
}

/**
 * The folders to open. A validation folder named by a weaker source than the data (say, the
 * environment beside --data) is a fallback only: a data folder that holds its own comes first.
 * @throws DATA_NOT_GIVEN nothing names the spurious pictures
 * @throws CONFIG_INVALID
 */
export function benchmarkFolders(request: LocationRequest = {}): BenchmarkFolders {
  const { data, val } = findLocations(request);
  if (data === null) {
    throw new SpuriousError(
      "DATA_NOT_GIVEN",
      `data set not named: expected --data, ${VARIABLES.data} or "data" in ${CONFIG_FILE}, got none`,
    );
  }
  if (val === null) {
    return { data: data.value };
  }
  const strength = ({ kind }: Location) => SOURCE_KINDS.indexOf(kind);
  return strength(val) > strength(data)
    ? { data: data.value, valFallback: val.value }
    : { data: data.value, val: val.value };
}

function readConfig(cwd: string): DataLocations {
  const file = nearestConfig(cwd);
  if (file === null) {
    return { data: null, val: null };
  }
  const config = parseConfig(file);
  const locate = (field: Field): Location | null => {
    const value = config[field];
    return value
      ? { value: resolveLocation(value, dirname(file)), source: `config ${file}`, kind: "config" }
      : null;
  };
  return { data: locate("data"), val: locate("val") };
}

function nearestConfig(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, CONFIG_FILE);
    if (existsSync(file)) {
      return file;
    }
    if (dirname(folder) === folder) {
      return null;
    }
  }
}

function parseConfig(file: string): Partial<Record<Field, string>> {
  let config: unknown;
  try {
    config = parseJson(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw invalid(file, "a JSON object", (cause as Error).message, cause);
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw invalid(file, "a JSON object", JSON.stringify(config));
  }
  for (const [name, value] of Object.entries(config)) {
    if (!FIELDS.includes(name as Field)) {
      throw invalid(file, 'the fields "data" and "val"', `"${name}"`);
    }
    if (typeof value !== "string") {
      throw invalid(file, `"${name}" to be a folder's path`, JSON.stringify(value));
    }
  }
  return config;
}

function invalid(file: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "CONFIG_INVALID",
    `configuration not read: ${file}: expected ${expected}, got ${got}`,
    { input: file, cause },
  );
}
