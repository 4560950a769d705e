import * as t from "typanion";
import type { Sample } from "../datasets/sample.js";
import { type ErrorCode, SpuriousError } from "../errors.js";
import { addon } from "../native/load.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import type { Arm } from "./benchmark-run.js";
import { type Forwarded, forwardImages } from "./forward-images.js";
import { imageRow } from "./image-row.js";
import type { Journal } from "./journal.js";

export interface ClassAccuracy {
  readonly index: number;
  readonly images: number;
  /** Share of images predicted as their class, per arm. */
  readonly accuracy: readonly number[];
  /** Mean p_k, per arm. */
  readonly meanProb: readonly number[];
}

export interface Accuracy {
  /** Top-1 over all images, per arm. */
  readonly accuracy: readonly number[];
  readonly images: number;
  /** Ascending by index. */
  readonly classes: readonly ClassAccuracy[];
  readonly skipped: readonly UnreadPicture[];
}

/** A picture that could not be read. */
export interface UnreadPicture {
  readonly path: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** An AccuracyEntry in a document. */
export const ACCURACY_ENTRY_SHAPE = t.isOneOf([
  t.isPartial({
    path: t.isString(),
    class: t.isNumber(),
    correct: t.isArray(t.isBoolean()),
    p: t.isArray(t.isNumber()),
  }),
  t.isPartial({
    path: t.isString(),
    skipped: t.isPartial({ code: t.isString(), message: t.isString() }),
  }),
]);

export interface AccuracyOptions {
  readonly preprocessing: Preprocessing;
  /** Outputs that the softmax and the prediction run over (softmaxColumns); undefined for all. */
  readonly columns?: readonly number[] | undefined;
  readonly maxPixels?: number | undefined;
  /** Keeps what has been measured, and gives what an interrupted run had. */
  readonly journal?: Journal<AccuracyEntry> | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

/** What a journal holds of one picture: an answer per arm, or why there is none. */
export type AccuracyEntry =
  | {
      readonly path: string;
      readonly class: number;
      /** Whether it was predicted as its class. */
      readonly correct: readonly boolean[];
      /** p_k of its class. */
      readonly p: readonly number[];
    }
  | { readonly path: string; readonly skipped: Omit<UnreadPicture, "path"> };

interface Tally {
  images: number;
  readonly correct: number[];
  readonly probability: number[];
}

/**
 * Top-1 accuracy over validation pictures, for all arms in one forward pass per picture; those that
 * the journal has are not passed again.
 * @throws IMAGE_UNREADABLE not one of them can be read: an accuracy over nothing is no number
 */
export async function measureAccuracy(
  classifier: Classifier,
  samples: readonly Sample[],
  arms: readonly Arm[],
  options: AccuracyOptions,
): Promise<Accuracy> {
  const { preprocessing, maxPixels, signal, journal, progress = NO_PROGRESS } = options;
  const entries = new Map((journal?.earlier ?? []).map((entry) => [entry.path, entry]));
  const left = samples.filter(({ path }) => !entries.has(path));
  const load = ({ source }: Sample) =>
    preprocessImage(source, { preprocessing, split: "val", maxPixels }, addon());
  progress.begin("measuring accuracy", samples.length, "images", entries.size);
  try {
    const steps = forwardImages(classifier, left, load, {
      features: true,
      ...(signal && { signal }),
    });
    for await (const { done, unread } of steps) {
      const fresh = [
        ...unread.map(({ source: { path }, error: { code, message } }): AccuracyEntry => {
          return { path, skipped: { code, message } };
        }),
        ...done.map((one) => entryOf(one, arms, classifier, options.columns)),
      ];
      for (const entry of fresh) entries.set(entry.path, entry);
      await journal?.append(fresh);
      progress.advance(fresh.length);
    }
  } finally {
    progress.end();
  }
  // In the set's order: sums of floats then do not tell where a run was interrupted.
  const ordered = samples.flatMap(({ path }) => entries.get(path) ?? []);
  return summarise(ordered, arms.length);
}

function entryOf(
  { source, logits, features }: Forwarded<Sample>,
  arms: readonly Arm[],
  classifier: Classifier,
  columns: readonly number[] | undefined,
): AccuracyEntry {
  const rows = arms.map(({ adjust }) => {
    const copy = logits.slice();
    if (adjust && features) adjust(copy, features);
    return imageRow(source, copy, classifier, columns);
  });
  return {
    path: source.path,
    class: source.classIndex,
    correct: rows.map((row) => row.predicted === row.class),
    p: rows.map((row) => row.p),
  };
}

/** What was measured of the first arms only. */
export function firstArms(measured: Accuracy, arms: number): Accuracy {
  return {
    ...measured,
    accuracy: measured.accuracy.slice(0, arms),
    classes: measured.classes.map((one) => ({
      ...one,
      accuracy: one.accuracy.slice(0, arms),
      meanProb: one.meanProb.slice(0, arms),
    })),
  };
}

function noneRead(skipped: readonly UnreadPicture[]): SpuriousError {
  const got = `none of ${String(skipped.length)}`;
  const first = skipped[0] === undefined ? "" : `; the first: ${skipped[0].message}`;
  return new SpuriousError(
    "IMAGE_UNREADABLE",
    `measuring accuracy: validation pictures: expected some that can be read, got ${got}${first}`,
    { input: skipped[0]?.path, hint: "check the folder that --accuracy names" },
  );
}

function newTally(arms: number): Tally {
  return {
    images: 0,
    correct: new Array<number>(arms).fill(0),
    probability: new Array<number>(arms).fill(0),
  };
}

function summarise(entries: readonly AccuracyEntry[], arms: number): Accuracy {
  const tallies = new Map<number, Tally>();
  const skipped: UnreadPicture[] = [];
  for (const entry of entries) {
    if ("skipped" in entry) {
      skipped.push({ path: entry.path, ...entry.skipped });
      continue;
    }
    const tally = tallies.get(entry.class) ?? newTally(arms);
    tallies.set(entry.class, tally);
    tally.images += 1;
    for (let arm = 0; arm < arms; arm++) {
      tally.correct[arm] = (tally.correct[arm] ?? 0) + Number(entry.correct[arm]);
      tally.probability[arm] = (tally.probability[arm] ?? 0) + (entry.p[arm] ?? Number.NaN);
    }
  }
  if (tallies.size === 0) throw noneRead(skipped);
  const all = [...tallies].sort(([a], [b]) => a - b);
  const images = all.reduce((sum, [, tally]) => sum + tally.images, 0);
  const correct = (arm: number): number =>
    all.reduce((sum, [, tally]) => sum + (tally.correct[arm] ?? 0), 0);
  return {
    accuracy: Array.from({ length: arms }, (_, arm) => correct(arm) / images),
    images,
    classes: all.map(([index, tally]) => ({
      index,
      images: tally.images,
      accuracy: tally.correct.map((count) => count / tally.images),
      meanProb: tally.probability.map((sum) => sum / tally.images),
    })),
    skipped,
  };
}
