import { stat } from "node:fs/promises";
import { join } from "node:path";
import { benchmarkFolders } from "../config/locations.js";
import { openBenchmark } from "../datasets/benchmark.js";
import type { Benchmark, Sample } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import type { ClassMapDocument } from "../imagenet/class-map-file.js";
import type { ModelMetadata } from "../models/metadata.js";
import { type Chosen, type Normalization, normalizationFlag } from "../models/model-options.js";
import { verifiedHash } from "../models/sha256.js";
import type { EvalProvenance, EvalResult } from "../results/eval-result.js";
import {
  readEvalResult,
  readImageRows,
  type StoredEvalResult,
} from "../results/read-eval-result.js";
import { JOURNAL_NAME } from "../results/result-folder.js";
import { DEFAULT_BOOTSTRAP } from "./benchmark-run.js";
import type { EvaluateRequest } from "./evaluate.js";
import { sampleSizes } from "./entries.js";
import { hashOfNames } from "./journal.js";
import { choosePreprocessing } from "./preprocessing.js";

/**
 * The result that an earlier run left in a folder, if it is the one that the request would give: of
 * the same model file, settings and images. The model is not loaded for that.
 * @returns null where there is no complete result
 * @throws OUTPUT_EXISTS there is a result of something else; the message says of what
 * @throws MODEL_NOT_FOUND, MODEL_HASH_MISMATCH, RESULT_INVALID, DATA_*, CLASS_MAP_INVALID
 */
export async function finishedEvaluation(
  folder: string,
  request: EvaluateRequest,
): Promise<EvalResult | null> {
  const exists = async (name: string): Promise<boolean> =>
    (await stat(join(folder, name)).catch(() => null)) !== null;
  // With a journal the result is one that a run was replacing.
  if ((await exists(JOURNAL_NAME)) || !(await exists("result.json"))) return null;
  const stored = await readEvalResult(folder);
  const recorded: Recorded = stored.result.provenance;
  if (recorded.model === null) throw otherResult(folder, "of a model", "of given probabilities");
  const sha256 = await hashOf(request);
  const wanted: Settings = { ...settingsOf(request, recorded), model: sha256 };
  refuseOther(folder, wanted, { ...settingsRecorded(recorded), model: recorded.model.sha256 });
  const there = await imagesRecorded(stored);
  refuseOther(folder, await imagesOf(request, stored, there), there);
  return stored.result;
}

type Settings = Readonly<Record<string, unknown>>;

/** What `eval` records beside the fields that every result has. */
type Recorded = EvalProvenance & {
  readonly inputSize?: Chosen<number>;
  readonly temperature?: Chosen<number>;
  readonly normalization?: Normalization & { readonly origin: string };
  readonly softmax?: string;
};

/** The same file has the same metadata and graph: only flags may make a difference. */
function settingsOf(request: EvaluateRequest, recorded: Recorded): Settings {
  const size = request.size ?? recorded.inputSize?.value ?? 0;
  return {
    preprocessing: choosePreprocessing(request, {
      inputSize: { value: size, origin: "flag" },
      metadata: metadataOf(recorded),
    }),
    dtype: request.dtype ?? "fp32",
    softmax: request.softmax ?? "all",
    bootstrap: request.bootstrap ?? DEFAULT_BOOTSTRAP,
    seed: request.seed ?? 0,
    "--size": request.size ?? null,
    "--temperature": request.temperature ?? null,
    "--normalize, --mean, --std": normalizationFlag(request) ?? null,
  };
}

function settingsRecorded(recorded: Recorded): Settings {
  const { inputSize, temperature, normalization } = recorded;
  const flag = (chosen: Chosen<number> | undefined): number | null =>
    chosen?.origin === "flag" ? chosen.value : null;
  const { origin, ...values } = normalization ?? { origin: "default" };
  return {
    preprocessing: recorded.preprocessing,
    dtype: recorded.dtype,
    softmax: recorded.softmax,
    bootstrap: recorded.bootstrap,
    seed: recorded.seed,
    "--size": flag(inputSize),
    "--temperature": flag(temperature),
    "--normalize, --mean, --std": origin === "flag" ? values : null,
  };
}

/** By names and lengths: data may lie elsewhere by now. */
async function imagesOf(
  request: EvaluateRequest,
  { result }: StoredEvalResult,
  recorded: Settings,
): Promise<Settings> {
  const classMap = classMapOf(request, result.provenance);
  const { signal, progress } = request;
  const folders = benchmarkFolders(request);
  const benchmark = await openBenchmark({ ...folders, classMap, signal, progress });
  const unscored = new Set(result.counts.unscoredClasses.map(({ index }) => index));
  const scored = benchmark.samples.filter(({ classIndex }) => !unscored.has(classIndex));
  return {
    "class map": classMap.name,
    images: hashOfNames(scored.map((one) => keyOf(one.split, one.classIndex, one.path)).sort()),
    ...(recorded["imageSizes"] !== undefined && {
      imageSizes: await sampleSizes(benchmark, evaluated(benchmark, classMap)),
    }),
  };
}

/** Images that were looked at: of the classes that the head has a column for. */
function evaluated({ samples }: Benchmark, classMap: ClassMap): Sample[] {
  return samples.filter(({ classIndex }) => classMap.columnOf(classIndex) !== -1);
}

async function imagesRecorded(stored: StoredEvalResult): Promise<Settings> {
  const { counts, provenance } = stored.result;
  const { imageSizes } = (provenance.data ?? {}) as { imageSizes?: string };
  const unscored = new Set(counts.unscoredClasses.map(({ index }) => index));
  const skipped = counts.skipped.filter((one) => !unscored.has(one.class));
  const images = [...(await readImageRows(stored)), ...skipped];
  return {
    "class map": provenance.classMap,
    images: hashOfNames(images.map((one) => keyOf(one.split, one.class, one.path)).sort()),
    ...(imageSizes !== undefined && { imageSizes }),
  };
}

function keyOf(split: string, index: number, path: string): string {
  return `${split}:${String(index)}:${path}`;
}

function classMapOf(request: EvaluateRequest, recorded: Recorded): ClassMap {
  const spec =
    request.classMap ?? (metadataOf(recorded).classMap as string | ClassMapDocument | undefined);
  const { head } = recorded.model as { head?: { classes: number } | null };
  return head
    ? resolveClassMap(spec, head.classes)
    : resolveClassMap(spec ?? recorded.classMap, null);
}

function metadataOf({ model }: Recorded): ModelMetadata {
  return (model?.metadata ?? {}) as ModelMetadata;
}

async function hashOf({ model, sha256 }: EvaluateRequest): Promise<string> {
  const hash = await verifiedHash(model, sha256);
  if (hash !== "") return hash;
  throw new SpuriousError(
    "MODEL_NOT_FOUND",
    `looking for an earlier result of the model: ${model}: expected a file, got none`,
    { input: model },
  );
}

function refuseOther(folder: string, wanted: Settings, recorded: Settings): void {
  for (const [name, value] of Object.entries(wanted)) {
    // Compared as JSON, which the recorded values have been through.
    const [expected, got] = [textOf(value), textOf(recorded[name])];
    if (expected === got) continue;
    throw otherResult(folder, `with ${name} ${expected}`, `with ${got}`);
  }
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "none" : JSON.stringify(value);
}

/** @param expected "with seed 1" @param got "with seed 2" */
export function otherResult(folder: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "OUTPUT_EXISTS",
    `looking for an earlier result: ${folder}: expected one ${expected}, got one ${got}`,
    { input: folder, hint: "choose another --out, or pass --force to replace it" },
  );
}
