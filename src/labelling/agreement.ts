import { SpuriousError } from "../errors.js";
import { type Interval, percentileInterval } from "../scoring/bootstrap.js";
import { RandomStream } from "../scoring/random.js";
import { JUDGEMENTS } from "./answers.js";
import {
  disagreements,
  type JudgedComponent,
  judgedComponents,
  requireAnnotators,
} from "./judged-components.js";
import { cohenKappa, fleissKappa, type Ratings, rawAgreement, type Weights } from "./kappa.js";
import { readLabels } from "./labels-file.js";
import { requireComparable } from "./other-answers.js";

export interface AgreementRequest {
  /** Labels files of at least two annotators. */
  readonly files: readonly string[];
  /** Bootstrap resamples over components, default 2000; 0 for no intervals. */
  readonly bootstrap?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

/** A number with its 95 % interval; null where it is not defined. */
export interface Estimate {
  readonly value: number | null;
  readonly ci95: Interval | null;
}

/** Two annotators, on what both judged. */
export interface PairAgreement {
  readonly annotators: readonly [string, string];
  readonly components: number;
  readonly raw: Estimate;
  readonly cohenKappa: Estimate;
}

export interface Agreement {
  readonly annotators: readonly string[];
  /** Judged by all; skips are no judgement. */
  readonly components: number;
  /** Part of the pairs of annotators that say the same, mean over components. */
  readonly raw: Estimate;
  /** Part of the components on which all say the same. */
  readonly unanimous: number | null;
  /** Of two annotators. */
  readonly cohenKappa: Estimate | null;
  /** Of more than two. */
  readonly fleissKappa: Estimate | null;
  /** Every two of more than two. */
  readonly pairs: readonly PairAgreement[];
  /** Also of components that not all judged. */
  readonly disagreements: readonly JudgedComponent[];
}

interface Resampling {
  readonly resamples: number;
  readonly seed: number;
}

/**
 * How far annotators agree: raw agreement, Cohen's kappa of two, Fleiss' of more, with percentile
 * bootstrap intervals over components, and where they do not.
 * @throws USAGE_INVALID fewer than two files, or an adjudicator's; ARTEFACT_INVALID
 */
export async function labelAgreement(request: AgreementRequest): Promise<Agreement> {
  if (request.files.length < 2) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `measuring agreement: FILE: expected labels of at least two annotators, got ${String(request.files.length)}`,
    );
  }
  const files = await Promise.all(request.files.map(readLabels));
  requireAnnotators("measuring agreement", files);
  requireComparable(files);
  const annotators = files.map(({ header }) => header.annotator);
  const components = judgedComponents(files);
  const ratings = ratingsOf(components, annotators);
  const resampling = { resamples: request.bootstrap ?? 2000, seed: request.seed ?? 0 };
  const two = annotators.length === 2;
  return {
    annotators,
    components: ratings.length,
    raw: estimate(ratings, rawAgreement, resampling),
    unanimous:
      ratings.length === 0
        ? null
        : ratings.filter((item) => new Set(item).size === 1).length / ratings.length,
    cohenKappa: two ? estimate(ratings, cohenKappa, resampling) : null,
    fleissKappa: two ? null : estimate(ratings, fleissKappa, resampling),
    pairs: two ? [] : pairsOf(components, annotators, resampling),
    disagreements: disagreements(components),
  };
}

function pairsOf(
  components: readonly JudgedComponent[],
  annotators: readonly string[],
  resampling: Resampling,
): PairAgreement[] {
  return annotators.flatMap((first, i) =>
    annotators.slice(i + 1).map((second) => {
      const ratings = ratingsOf(components, [first, second]);
      return {
        annotators: [first, second] as const,
        components: ratings.length,
        raw: estimate(ratings, rawAgreement, resampling),
        cohenKappa: estimate(ratings, cohenKappa, resampling),
      };
    }),
  );
}

/** Components that all of the annotators judged: [components][annotators]. */
function ratingsOf(
  components: readonly JudgedComponent[],
  annotators: readonly string[],
): number[][] {
  return components.flatMap(({ judged }) => {
    const of = new Map(judged.map(({ annotator, judgement }) => [annotator, judgement]));
    const all = annotators.flatMap((name) => {
      const judgement = of.get(name);
      return judgement === undefined ? [] : [JUDGEMENTS.indexOf(judgement)];
    });
    return all.length === annotators.length ? [all] : [];
  });
}

/** Resamples without a value (all said the same word) say nothing about its spread. */
function estimate(
  ratings: Ratings,
  statistic: (ratings: Ratings, weights?: Weights) => number | null,
  { resamples, seed }: Resampling,
): Estimate {
  const value = statistic(ratings);
  if (value === null || resamples === 0) return { value, ci95: null };
  const stream = new RandomStream(seed, 0);
  const weights = new Int32Array(ratings.length);
  const samples: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    stream.addDraws(weights, 0, ratings.length, ratings.length);
    const sample = statistic(ratings, weights);
    if (sample !== null) samples.push(sample);
  }
  const ci95 = samples.length === 0 ? null : percentileInterval(Float64Array.from(samples));
  return { value, ci95 };
}
