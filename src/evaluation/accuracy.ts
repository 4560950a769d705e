import type { Sample } from "../datasets/sample.js";
import { type ErrorCode, SpuriousError } from "../errors.js";
import { addon } from "../native/load.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import type { Arm } from "./benchmark-run.js";
import { forwardImages } from "./forward-images.js";
import { imageRow } from "./image-row.js";

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

export interface AccuracyOptions {
  readonly preprocessing: Preprocessing;
  /** Outputs that the softmax and the prediction run over (softmaxColumns); undefined for all. */
  readonly columns?: readonly number[] | undefined;
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

interface Tally {
  images: number;
  readonly correct: number[];
  readonly probability: number[];
}

/**
 * Top-1 accuracy over validation pictures, for all arms in one forward pass per picture.
 * @throws IMAGE_UNREADABLE not one of them can be read: an accuracy over nothing is no number
 */
export async function measureAccuracy(
  classifier: Classifier,
  samples: readonly Sample[],
  arms: readonly Arm[],
  { preprocessing, columns, maxPixels, signal, progress = NO_PROGRESS }: AccuracyOptions,
): Promise<Accuracy> {
  const tallies = new Map<number, Tally>();
  const skipped: UnreadPicture[] = [];
  const load = ({ source }: Sample) =>
    preprocessImage(source, { preprocessing, split: "val", maxPixels }, addon());
  progress.begin("measuring accuracy", samples.length, "images");
  try {
    const steps = forwardImages(classifier, samples, load, {
      features: true,
      ...(signal && { signal }),
    });
    for await (const { done, unread } of steps) {
      for (const { source, error } of unread) {
        skipped.push({ path: source.path, code: error.code, message: error.message });
      }
      for (const { source, logits, features } of done) {
        const rows = arms.map(({ adjust }) => {
          const copy = logits.slice();
          if (adjust && features) adjust(copy, features);
          return imageRow(source, copy, classifier, columns);
        });
        const tally = tallies.get(source.classIndex) ?? newTally(arms.length);
        tallies.set(source.classIndex, tally);
        tally.images += 1;
        for (const [at, row] of rows.entries()) {
          tally.correct[at] = (tally.correct[at] ?? 0) + Number(row.predicted === row.class);
          tally.probability[at] = (tally.probability[at] ?? 0) + row.p;
        }
      }
      progress.advance(done.length + unread.length);
    }
  } finally {
    progress.end();
  }
  if (tallies.size === 0) throw noneRead(skipped);
  return summarise(tallies, arms.length, skipped);
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

function summarise(
  tallies: ReadonlyMap<number, Tally>,
  arms: number,
  skipped: Accuracy["skipped"],
): Accuracy {
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
