import { setTimeout as sleep } from "node:timers/promises";
import { availableParallelism } from "node:os";
import { SpuriousError } from "../errors.js";
import type { ProgressSink } from "../terminal/progress.js";
import type { Benchmark, BenchSettings, SkippedPeer } from "./benchmark.js";
import { type Contestant, type Measurement, PeerMissing, type Running } from "./contestant.js";
import { BENCH_SCHEMA, type BenchDocument, buildRows, type Measured } from "./document.js";
import { describeMachine, type Machine } from "./machine.js";
import { machineSeconds } from "./proc.js";
import { BENCHMARKS } from "./registry.js";

export interface BenchRequest extends BenchSettings {
  readonly what: string;
  /** Peers to measure; undefined for all of them. */
  readonly only: readonly string[] | undefined;
  readonly progress: ProgressSink;
}

/** Threads of the one before spin for a while before they sleep. */
const SETTLE_MS = 400;

/**
 * Measures this program beside its peers: every side in a process of its own, all of them warm, one
 * run of each in turn (A B C A B C ...), as many rounds as asked for.
 * @throws USAGE_INVALID, BENCH_FAILED, CANCELLED and what preparing throws
 */
export async function bench(request: BenchRequest): Promise<BenchDocument> {
  return measure(findBenchmark(request.what), request, describeMachine());
}

export async function measure(
  benchmark: Benchmark,
  request: BenchRequest,
  machine: Machine,
): Promise<BenchDocument> {
  const wanted = wantedPeers(benchmark, request.only);
  const started = new Date().toISOString();
  const plan = await benchmark.plan(request);
  const contestants = plan.contestants.filter(({ role, name }) => role !== "peer" || wanted(name));
  const skipped = plan.skipped.filter(({ name }) => wanted(name));
  const running: Started[] = [];
  try {
    for (const contestant of contestants) {
      await startOne(contestant, request, running, skipped);
    }
    const others = await runRounds(running, request);
    return {
      schema: BENCH_SCHEMA,
      benchmark: benchmark.name,
      title: plan.title,
      unit: benchmark.unit,
      workload: plan.workload,
      rounds: request.runs,
      started,
      machine,
      othersShare: others,
      rows: buildRows(running.map(measuredOf), (a, b) => benchmark.compare(a, b)),
      skipped,
      notes: plan.notes,
    };
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

interface Started {
  readonly contestant: Contestant;
  readonly process: Running;
  readonly runs: Measurement[];
}

export function findBenchmark(what: string): Benchmark {
  const found = BENCHMARKS.find(({ name }) => name === what);
  if (found) return found;
  const names = BENCHMARKS.map(({ name }) => name).join(", ");
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing a benchmark: ${what}: expected one of ${names}, got "${what}"`,
    { input: what },
  );
}

/** @throws USAGE_INVALID for a name that no peer has */
export function wantedPeers(
  { name, peers }: Pick<Benchmark, "name" | "peers">,
  only: readonly string[] | undefined,
): (peer: string) => boolean {
  for (const asked of only ?? []) {
    if (asked === "none" || peers.includes(asked)) continue;
    throw new SpuriousError(
      "USAGE_INVALID",
      `choosing peers: --peer ${asked}: expected none or one of ${peers.join(", ")} for ${name}, got "${asked}"`,
      { input: asked },
    );
  }
  return (peer) => only === undefined || only.includes(peer);
}

async function startOne(
  contestant: Contestant,
  { signal, note }: BenchRequest,
  running: Started[],
  skipped: SkippedPeer[],
): Promise<void> {
  const { name, role } = contestant;
  note(`warming up ${name}`);
  try {
    running.push({ contestant, process: await contestant.start(signal), runs: [] });
  } catch (error) {
    if (role === "own" || !(error instanceof PeerMissing)) throw error;
    skipped.push({ name, reason: error.reason, install: error.install });
  }
}

/** The share of the processors that others used meanwhile, or null. */
async function runRounds(
  running: readonly Started[],
  request: BenchRequest,
): Promise<number | null> {
  const { runs, signal, progress } = request;
  let wall = 0;
  let all = 0;
  let own = 0;
  progress.begin("measuring", runs * running.length, "runs");
  try {
    for (let round = 0; round < runs; round++) {
      for (const { process, runs: done } of running) {
        await sleep(SETTLE_MS, undefined, { signal }).catch(refuseAborted);
        const [begun, before] = [performance.now(), machineSeconds()];
        const measurement = await process.run();
        wall += (performance.now() - begun) / 1000;
        all += (machineSeconds() ?? Number.NaN) - (before ?? 0);
        own += measurement.cpuSeconds ?? Number.NaN;
        done.push(measurement);
        progress.advance(1);
      }
    }
  } finally {
    progress.end();
  }
  return othersShare(all, own, wall * availableParallelism());
}

/** @param all @param own processor seconds @param capacity those that there were */
export function othersShare(all: number, own: number, capacity: number): number | null {
  const share = (all - own) / capacity;
  return Number.isNaN(share) ? null : Math.min(1, Math.max(0, share));
}

function refuseAborted(): never {
  throw new SpuriousError("CANCELLED", "the benchmark was stopped");
}

function measuredOf({ contestant, process, runs }: Started): Measured {
  const { name, role, description } = contestant;
  return { name, role, description, readiness: process.readiness, runs };
}
