import * as t from "typanion";
import { COUNTING_NUMBER, WHOLE_NUMBER } from "../results/document-shape.js";
import type { PartDocument, PlannedWork } from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { type BenchmarkFolders, benchmarkFolders } from "../config/locations.js";
import type { ClassMapDocument } from "../imagenet/class-map-file.js";
import { Classifier } from "../models/classifier.js";
import { PROVENANCE_SHAPE } from "../results/eval-result-shape.js";
import type { EvalProvenance } from "../results/eval-result.js";
import { BenchmarkRun, DEFAULT_BOOTSTRAP, PLAIN_ARM } from "./benchmark-run.js";
import { type Entry, ENTRY_SHAPE } from "./entries.js";
import type { EvaluateRequest } from "./evaluate.js";

export const EVAL_PART_SCHEMA = "spurious-native/eval-part/1";
export const EVAL_PART_FILE = "entries.json";

/** The document of entries.json: what a part of an evaluation hands on. */
export interface EvalPartDocument {
  readonly schema: typeof EVAL_PART_SCHEMA;
  readonly folders: BenchmarkFolders;
  /** What resolves to the class map, null for the default one; and the width of the head. */
  readonly classMap: string | ClassMapDocument | null;
  readonly width: number;
  /** Classes without a column. */
  readonly missing: readonly number[];
  /** Unreadable images of the whole that are no failure. */
  readonly maxSkipped: number;
  readonly provenance: EvalProvenance;
  readonly entries: readonly Entry[];
}

/** Fields of an EvalPartDocument; the class map is checked where it is resolved. */
export const EVAL_PART_SHAPE = t.isPartial({
  folders: t.isPartial({
    data: t.isString(),
    val: t.isOptional(t.isString()),
    valFallback: t.isOptional(t.isString()),
  }),
  width: COUNTING_NUMBER,
  missing: t.isArray(t.isNumber()),
  maxSkipped: WHOLE_NUMBER,
  provenance: PROVENANCE_SHAPE,
  entries: t.isArray(ENTRY_SHAPE),
});

export type EvaluatePartRequest = Omit<EvaluateRequest, keyof PartPlace> &
  PartPlace & {
    /** Kept for whoever merges the parts: unreadable images of the whole that are no failure, default 0. */
    readonly maxSkipped?: number | undefined;
  };

/**
 * The forward pass of one part of a benchmark's images, told by their names; mergeEvaluations makes
 * the result of all parts. Goes on with what an earlier attempt left.
 * @throws as evaluate; RESUME_MISMATCH the part is there already and was made with other settings
 */
export async function evaluatePart(request: EvaluatePartRequest): Promise<PartDocument> {
  const folders = benchmarkFolders(request);
  await using folder = await PartFolder.open(request);
  await using classifier = await Classifier.open(request);
  const run = await BenchmarkRun.prepare(request, classifier, folders, [PLAIN_ARM]);
  const about = {
    command: "eval",
    settings: {
      ...run.settings,
      ...classifier.rounding,
      // What the result says of itself.
      bootstrap: request.bootstrap ?? DEFAULT_BOOTSTRAP,
      seed: request.seed ?? 0,
    },
  } as const;
  const finished = await folder.begin(about);
  if (finished !== null) return finished;
  const entries = await forward(run, folder);
  const provenance = run.provenance();
  const document: EvalPartDocument = {
    schema: EVAL_PART_SCHEMA,
    folders,
    classMap: classifier.classMapSpec ?? null,
    width: classifier.classMap.width,
    missing: run.missing,
    maxSkipped: request.maxSkipped ?? 0,
    provenance,
    entries,
  };
  // Awaited here: the folder would be given up first.
  return await folder.complete(
    [{ name: EVAL_PART_FILE, content: `${JSON.stringify(document)}\n` }],
    { ...about, work: { done: entries.length, unit: "images", seconds: provenance.seconds } },
  );
}

/** Images that all parts together have. @throws as evaluate */
export async function countImages(request: Omit<EvaluateRequest, "out">): Promise<PlannedWork> {
  const folders = benchmarkFolders(request);
  // A machine that only plans may have no other device.
  const here = { ...request, device: "cpu", dtype: "fp32" } as const;
  await using classifier = await Classifier.open(here);
  const { images } = await BenchmarkRun.prepare(here, classifier, folders, [PLAIN_ARM]);
  return { count: images, unit: "images", pieces: images };
}

/** The journal is closed before its folder gets another name. */
async function forward(run: BenchmarkRun, folder: PartFolder): Promise<Entry[]> {
  const { shard, resume } = folder;
  await using journal = await run.openJournal(folder, resume, { shard });
  return await run.forward(journal, shard);
}
