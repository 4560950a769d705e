import type { Measurement, Readiness, Role } from "./contestant.js";
import type { Plan, SkippedPeer } from "./benchmark.js";
import type { Machine } from "./machine.js";
import { median, ratioOf, type Summary, summarize } from "./statistics.js";

export const BENCH_SCHEMA = "spurious-native/bench/1";

/** What was measured of one contestant. */
export interface BenchRow {
  readonly name: string;
  readonly role: Role;
  readonly description: string;
  readonly version: string;
  readonly warmUp: string;
  readonly readySeconds: number;
  /** Units per second, one a round, in the order of the rounds. */
  readonly rates: readonly number[];
  readonly summary: Summary;
  /** This program's rate divided by this one's; null for this program itself. */
  readonly ownRatio: {
    readonly ratio: number;
    readonly least: number;
    readonly greatest: number;
  } | null;
  /** Medians of further figures of its runs. */
  readonly details: Readonly<Record<string, number>>;
  /** This program's answer compared with this one's; null where there is none. */
  readonly agreement: string | null;
}

export interface BenchDocument {
  readonly schema: typeof BENCH_SCHEMA;
  readonly benchmark: string;
  readonly title: string;
  readonly unit: string;
  readonly workload: Plan["workload"];
  readonly rounds: number;
  readonly started: string;
  readonly machine: Machine;
  /** Part of all processors' time that others used during the timed runs; null when not known. */
  readonly othersShare: number | null;
  readonly rows: readonly BenchRow[];
  readonly skipped: readonly SkippedPeer[];
  readonly notes: readonly string[];
}

/** One contestant's runs before they are summed up. */
export interface Measured {
  readonly name: string;
  readonly role: Role;
  readonly description: string;
  readonly readiness: Readiness;
  readonly runs: readonly Measurement[];
}

/** @param compare this program's answer with another one's, in words */
export function buildRows(
  measured: readonly Measured[],
  compare: (
    own: NonNullable<Readiness["answer"]>,
    other: NonNullable<Readiness["answer"]>,
  ) => string,
): BenchRow[] {
  const own = measured.find(({ role }) => role === "own");
  const ownRates = own?.runs.map(rateOf);
  return measured.map((one) => {
    const rates = one.runs.map(rateOf);
    const [mine, other] = [own?.readiness.answer, one.readiness.answer];
    const comparable = one.role === "peer" && mine !== undefined && other !== undefined;
    return {
      name: one.name,
      role: one.role,
      description: one.description,
      version: one.readiness.version,
      warmUp: one.readiness.warmUp,
      readySeconds: one.readiness.readySeconds,
      rates,
      summary: summarize(rates),
      ownRatio: one.role === "own" || !ownRates ? null : ratioOf(ownRates, rates),
      details: medianDetails(one.runs),
      agreement: comparable ? compare(mine, other) : null,
    };
  });
}

export function rateOf({ items, seconds }: Measurement): number {
  return items / seconds;
}

function medianDetails(runs: readonly Measurement[]): Record<string, number> {
  const names = Object.keys(runs[0]?.details ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map(({ details }) => details?.[name] ?? Number.NaN))]),
  );
}
