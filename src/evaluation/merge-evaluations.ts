import { join } from "node:path";
import { firstThere } from "../cluster/first-there.js";
import type { ReadMergeRequest } from "../cluster/merge-request.js";
import { incomplete, type Part } from "../cluster/part.js";
import { type BenchmarkFolders, benchmarkFolders } from "../config/locations.js";
import { openBenchmark } from "../datasets/benchmark.js";
import type { Benchmark, Sample } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { resolveClassMap } from "../imagenet/class-map.js";
import type { EvalProvenance, EvalResult } from "../results/eval-result.js";
import { requireDocument, resultInvalid } from "../results/read-document.js";
import { ResultFolder } from "../results/result-folder.js";
import { isBegunResult, writeEvalResult } from "../results/write-eval-result.js";
import { resolveLocation } from "../sources/location.js";
import {
  type Entry,
  inOrder,
  keyOf,
  keyOfEntry,
  sampleSizes,
  scoreEntries,
  thumbnailsOf,
} from "./entries.js";
import {
  EVAL_PART_FILE,
  EVAL_PART_SCHEMA,
  EVAL_PART_SHAPE,
  type EvalPartDocument,
} from "./evaluate-part.js";
import { hashOfNames } from "./journal.js";

/** What merging the parts of an evaluation gives. */
export interface MergedEvaluation {
  readonly result: EvalResult;
  /** Unreadable images that are no failure: the least that any part was told. */
  readonly maxSkipped: number;
}

/**
 * The result of `evaluate`, from parts of evaluatePart: that of one run with the same settings, but
 * for times. No model is needed; the images are, for the page's thumbnails. Parts stay as they are.
 * @throws SHARDS_INCOMPLETE a part or an image is missing, there twice, or of other settings
 * @throws RESULT_INVALID, DATA_*, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeEvaluations(request: ReadMergeRequest): Promise<MergedEvaluation> {
  const { parts } = request;
  const documents = await Promise.all(parts.map(readEntries));
  const [first] = documents as [EvalPartDocument];
  const { missing } = first;
  const classMap = classMapOf(parts[0], first);
  const benchmark = await openData(documents, classMap, request);
  const without = new Set(missing);
  const samples = benchmark.samples.filter(({ classIndex }) => !without.has(classIndex));
  const entries = documents.flatMap((one) => one.entries);
  requireEveryImage(parts[0], samples, entries);
  await requireSameSizes(parts[0], benchmark, samples);
  const { out, force } = request;
  await using folder = await ResultFolder.open(
    out,
    { force, resume: force !== true },
    isBegunResult,
  );
  const seen = { classMap, benchmark, missing };
  const provenance = provenanceOf(documents);
  const scored = scoreEntries(inOrder(entries, samples), 0, seen, provenance);
  const images = await thumbnailsOf(scored, samples, request.signal);
  await writeEvalResult(folder, scored.result, scored.rows, classMap, images);
  const maxSkipped = Math.min(...documents.map((one) => one.maxSkipped));
  return { result: scored.result, maxSkipped };
}

function readEntries({ folder }: Part): Promise<EvalPartDocument> {
  const path = join(folder, EVAL_PART_FILE);
  return requireDocument(path, EVAL_PART_SCHEMA, EVAL_PART_SHAPE, resultInvalid);
}

function classMapOf({ folder }: Part, { classMap, width }: EvalPartDocument): ClassMap {
  try {
    return resolveClassMap(classMap ?? undefined, width);
  } catch (cause) {
    const path = join(folder, EVAL_PART_FILE);
    throw resultInvalid(path, "the classes of its model", (cause as Error).message, cause);
  }
}

/**
 * The data where the request says, else where a part has seen it, or else where this machine has it.
 * @throws DATA_*
 */
function openData(
  documents: readonly EvalPartDocument[],
  classMap: ClassMap,
  { data, val, signal }: ReadMergeRequest,
): Promise<Benchmark> {
  const told = {
    ...(data !== undefined && { data: resolveLocation(data) }),
    ...(val !== undefined && { val: resolveLocation(val) }),
  };
  const own = ownFolders();
  const places = [...documents.map(({ folders }) => folders), ...(own === null ? [] : [own])];
  return firstThere(places as [BenchmarkFolders, ...BenchmarkFolders[]], (folders) =>
    openBenchmark({ ...folders, ...told, classMap, signal }),
  );
}

/** Of the environment or the configuration file; null where they name none. */
function ownFolders(): BenchmarkFolders | null {
  try {
    return benchmarkFolders({});
  } catch (error) {
    // A broken configuration file is no reason to refuse data that is there.
    if (error instanceof SpuriousError) return null;
    throw error;
  }
}

/** @throws SHARDS_INCOMPLETE the images have the names of those of the parts and are others */
async function requireSameSizes(
  { folder, document }: Part,
  benchmark: Benchmark,
  samples: readonly Sample[],
): Promise<void> {
  const sizes = document.settings["imageSizes"];
  if (sizes === undefined || sizes === (await sampleSizes(benchmark, samples))) return;
  const { spuriousRoot, valRoot } = benchmark;
  throw incomplete(
    folder,
    `a part of the images in ${spuriousRoot} and ${valRoot}`,
    "one of others",
  );
}

/** @throws SHARDS_INCOMPLETE the images have changed since, or one has no entry or two */
function requireEveryImage(
  { folder, document }: Part,
  samples: readonly Sample[],
  entries: readonly Entry[],
): void {
  if (hashOfNames(samples.map(keyOf)) !== document.settings["images"]) {
    throw incomplete(folder, "the images that are in the data folders now", "a part of others");
  }
  const known = new Set(entries.map(keyOfEntry));
  const lacking = samples.find((sample) => !known.has(keyOf(sample)));
  if (lacking !== undefined) {
    throw incomplete(
      folder,
      "an entry of every image here or in another part",
      `none of ${keyOf(lacking)}`,
    );
  }
  if (entries.length !== samples.length) {
    throw incomplete(folder, `${String(samples.length)} images`, String(entries.length));
  }
}

/** Of one run that began with the first part and took the time of all. */
function provenanceOf(documents: readonly EvalPartDocument[]): EvalProvenance {
  const all = documents.map(({ provenance }) => provenance);
  const seconds = all.reduce((sum, one) => sum + one.seconds, 0);
  const images = documents.reduce((sum, { entries }) => sum + entries.length, 0);
  const [first] = all as [EvalProvenance];
  const rate = seconds > 0 ? images / seconds : null;
  return {
    ...first,
    started: all.map(({ started }) => started).sort()[0] ?? first.started,
    seconds,
    imagesPerSecond: rate,
    steadyImagesPerSecond: rate,
  };
}
