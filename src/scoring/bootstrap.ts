import type { ClassGroup } from "./class-groups.js";
import { RandomStream } from "./random.js";
import { type PoolScore, RankedPool } from "./ranked-pool.js";

/** Lower and upper end of a 95 % interval. */
export type Interval = readonly [number, number];

export interface BootstrapOptions {
  /** 0 for none. */
  readonly resamples: number;
  readonly seed: number;
}

/** One value per resample. */
interface ScoreSamples {
  readonly ap: Float64Array;
  readonly auroc: Float64Array;
}

interface BootstrapSamples {
  readonly classes: readonly ScoreSamples[];
  readonly mean: ScoreSamples;
  readonly joint: ScoreSamples;
}

export interface ScoreIntervals {
  readonly ap: Interval;
  readonly auroc: Interval;
}

export interface BootstrapIntervals {
  /** In the order of the classes given. */
  readonly classes: readonly ScoreIntervals[];
  readonly mean: ScoreIntervals;
  readonly joint: ScoreIntervals;
}

const TAIL = 0.025;

/**
 * 95 % percentile intervals of the scores, by a bootstrap over images within class: every resample
 * draws, of each class, as many val and as many spurious images as there are, with replacement.
 *
 * A class draws from its own random stream, so its interval depends on its images, the seed and the
 * number of resamples, and on nothing else.
 *
 * @returns null for 0 resamples
 */
export function bootstrapIntervals(
  classes: readonly ClassGroup[],
  options: BootstrapOptions,
): BootstrapIntervals | null {
  if (options.resamples === 0) return null;
  return mapSamples(bootstrapSamples(classes, options), ({ ap, auroc }) => ({
    ap: percentileInterval(ap),
    auroc: percentileInterval(auroc),
  }));
}

/**
 * 95 % intervals of "second model minus first" where both saw the same images: each resample draws
 * the same images for both, so what the images have in common cancels.
 *
 * @returns null for 0 resamples
 * @throws RangeError the two do not hold the same images
 */
export function bootstrapDifferences(
  first: readonly ClassGroup[],
  second: readonly ClassGroup[],
  options: BootstrapOptions,
): BootstrapIntervals | null {
  refuseDifferentImages(first, second);
  if (options.resamples === 0) return null;
  // Draws depend on seed and image counts alone: drawing twice is drawing the same.
  const a = bootstrapSamples(first, options);
  const b = bootstrapSamples(second, options);
  const difference = (from: ScoreSamples, to: ScoreSamples): ScoreIntervals => ({
    ap: percentileInterval(to.ap.map((value, i) => value - (from.ap[i] as number))),
    auroc: percentileInterval(to.auroc.map((value, i) => value - (from.auroc[i] as number))),
  });
  return {
    classes: a.classes.map((from, i) => difference(from, b.classes[i] as ScoreSamples)),
    mean: difference(a.mean, b.mean),
    joint: difference(a.joint, b.joint),
  };
}

/** Linear interpolation between order statistics, as numpy's percentile; sorts a copy. */
export function percentileInterval(samples: Float64Array): Interval {
  const sorted = samples.slice().sort();
  const quantile = (q: number): number => {
    const at = q * (sorted.length - 1);
    const below = sorted[Math.floor(at)] as number;
    const above = sorted[Math.ceil(at)] as number;
    return below + (above - below) * (at - Math.floor(at));
  };
  return [quantile(TAIL), quantile(1 - TAIL)];
}

/** The images of all classes in one row of slots: class by class, val before spurious. */
interface SlottedClass {
  readonly pool: RankedPool;
  readonly stream: RandomStream;
  readonly start: number;
  readonly val: number;
  readonly spurious: number;
}

function bootstrapSamples(
  groups: readonly ClassGroup[],
  { resamples, seed }: BootstrapOptions,
): BootstrapSamples {
  const { classes, joint, slots } = layOut(groups, seed);
  const newSamples = (): ScoreSamples => ({
    ap: new Float64Array(resamples),
    auroc: new Float64Array(resamples),
  });
  const samples = {
    classes: groups.map(newSamples),
    mean: newSamples(),
    joint: newSamples(),
  };
  const weights = new Int32Array(slots);
  const score: PoolScore = { ap: 0, auroc: 0 };
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    let apSum = 0;
    let aurocSum = 0;
    for (const [i, { pool, stream, start, val, spurious }] of classes.entries()) {
      stream.addDraws(weights, start, val, val);
      stream.addDraws(weights, start + val, spurious, spurious);
      pool.score(weights, score);
      store(samples.classes[i] as ScoreSamples, resample, score.ap, score.auroc);
      apSum += score.ap;
      aurocSum += score.auroc;
    }
    store(samples.mean, resample, apSum / classes.length, aurocSum / classes.length);
    joint.score(weights, score);
    store(samples.joint, resample, score.ap, score.auroc);
  }
  return samples;
}

function store(samples: ScoreSamples, resample: number, ap: number, auroc: number): void {
  samples.ap[resample] = ap;
  samples.auroc[resample] = auroc;
}

function layOut(
  groups: readonly ClassGroup[],
  seed: number,
): { classes: SlottedClass[]; joint: RankedPool; slots: number } {
  const rows = groups.flatMap(({ val, spurious }) => [...val, ...spurious]);
  const p = Float64Array.from(rows, (row) => row.p);
  const positive = Uint8Array.from(rows, (row) => (row.split === "val" ? 1 : 0));
  const allSlots = Int32Array.from(rows.keys());
  let start = 0;
  const classes = groups.map(({ index, val, spurious }) => {
    const end = start + val.length + spurious.length;
    const slotted = {
      pool: new RankedPool(allSlots.slice(start, end), p, positive),
      stream: new RandomStream(seed, index),
      start,
      val: val.length,
      spurious: spurious.length,
    };
    start = end;
    return slotted;
  });
  return { classes, joint: new RankedPool(allSlots, p, positive), slots: rows.length };
}

function mapSamples(
  samples: BootstrapSamples,
  intervals: (samples: ScoreSamples) => ScoreIntervals,
): BootstrapIntervals {
  return {
    classes: samples.classes.map(intervals),
    mean: intervals(samples.mean),
    joint: intervals(samples.joint),
  };
}

function refuseDifferentImages(first: readonly ClassGroup[], second: readonly ClassGroup[]): void {
  const name = (groups: readonly ClassGroup[]): string[] =>
    groups.flatMap(({ index, val, spurious }) =>
      [...val, ...spurious].map(({ split, path }) => `class ${String(index)}, ${split} ${path}`),
    );
  const a = name(first);
  const b = name(second);
  const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex(
    (_, i) => a[i] !== b[i],
  );
  if (at !== -1) {
    throw new RangeError(
      `paired bootstrap: expected the same images in both, got ${a[at] ?? "nothing"} in the first ` +
        `and ${b[at] ?? "nothing"} in the second`,
    );
  }
}
