import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Benchmark, BenchSettings } from "../../../src/bench/benchmark.js";
import { type Contestant, PeerMissing, type Role } from "../../../src/bench/contestant.js";
import {
  type BenchRequest,
  findBenchmark,
  measure,
  othersShare,
  wantedPeers,
} from "../../../src/bench/run.js";
import { SpuriousError } from "../../../src/errors.js";
import { NO_PROGRESS } from "../../../src/terminal/progress.js";
import { MACHINE } from "./documents.js";

const withCode = (code: string) => (error: SpuriousError) => error.code === code;

/** Contestants that write down what is done to them. */
class Track {
  readonly events: string[] = [];

  contestant(name: string, role: Role, seconds: number, startFailure?: Error): Contestant {
    return {
      name,
      role,
      description: name,
      start: () => {
        this.events.push(`start ${name}`);
        if (startFailure) return Promise.reject(startFailure);
        return Promise.resolve({
          readiness: { version: "1", warmUp: "none", readySeconds: 0, answer: name },
          run: () => {
            this.events.push(name);
            return Promise.resolve({ items: 10, seconds });
          },
          stop: () => {
            this.events.push(`stop ${name}`);
            return Promise.resolve();
          },
        });
      },
    };
  }
}

function benchmarkOf(contestants: Contestant[]): Benchmark {
  return {
    name: "test",
    description: "",
    unit: "things/s",
    peers: ["b", "c"],
    compare: (own, other) => `${String(own)} and ${String(other)}`,
    plan: () =>
      Promise.resolve({ title: "a test", workload: {}, contestants, skipped: [], notes: [] }),
  };
}

function request(changes: Partial<BenchRequest>): BenchRequest {
  const settings: BenchSettings = {
    runs: 2,
    threads: 1,
    batch: 1,
    dtype: "fp32",
    model: undefined,
    images: undefined,
    cache: "",
    python: "python3",
    signal: new AbortController().signal,
    note: () => undefined,
  };
  return { ...settings, what: "test", only: undefined, progress: NO_PROGRESS, ...changes };
}

describe("a benchmark", () => {
  test("warms everybody up, then lets them take turns, then ends them", async () => {
    const track = new Track();
    const all = [track.contestant("a", "own", 1), track.contestant("b", "peer", 4)];
    const document = await measure(benchmarkOf(all), request({}), MACHINE);
    assert.deepEqual(track.events, [
      ...["start a", "start b"],
      ...["a", "b", "a", "b"],
      ...["stop a", "stop b"],
    ]);
    assert.deepEqual(document.rows[1]?.rates, [2.5, 2.5]);
    assert.equal(document.rows[1]?.ownRatio?.ratio, 4);
    assert.equal(document.rows[1]?.agreement, "a and b");
    assert.equal(document.schema, "spurious-native/bench/1");
  });

  test("goes on without a peer that is not installed and names it", async () => {
    const track = new Track();
    const missing = new PeerMissing("b is not installed", "npm install b");
    const all = [track.contestant("a", "own", 1), track.contestant("b", "peer", 1, missing)];
    const document = await measure(benchmarkOf(all), request({}), MACHINE);
    assert.deepEqual(
      document.rows.map(({ name }) => name),
      ["a"],
    );
    assert.deepEqual(document.skipped, [
      { name: "b", reason: "b is not installed", install: "npm install b" },
    ]);
  });

  test("measures only the peers asked for, and every limit", async () => {
    const track = new Track();
    const all = [
      track.contestant("a", "own", 1),
      track.contestant("b", "peer", 1),
      track.contestant("c", "peer", 1),
      track.contestant("most", "limit", 1),
    ];
    const document = await measure(benchmarkOf(all), request({ only: ["c"] }), MACHINE);
    assert.deepEqual(
      document.rows.map(({ name }) => name),
      ["a", "c", "most"],
    );
  });

  test("ends every process when one fails", async () => {
    const track = new Track();
    const failure = new SpuriousError("BENCH_FAILED", "b broke");
    const all = [track.contestant("a", "own", 1), track.contestant("b", "peer", 1, failure)];
    await assert.rejects(measure(benchmarkOf(all), request({}), MACHINE), withCode("BENCH_FAILED"));
    assert.equal(track.events.at(-1), "stop a");
  });

  test("stops between two runs", async () => {
    const track = new Track();
    const controller = new AbortController();
    controller.abort();
    const all = [track.contestant("a", "own", 1)];
    await assert.rejects(
      measure(benchmarkOf(all), request({ signal: controller.signal }), MACHINE),
      withCode("CANCELLED"),
    );
    assert.deepEqual(track.events, ["start a", "stop a"]);
  });

  test("has a name that exists", () => {
    assert.equal(findBenchmark("forward").name, "forward");
    assert.throws(() => findBenchmark("sideways"), withCode("USAGE_INVALID"));
  });

  test("refuses the name of a peer that there is not", () => {
    const only = (...names: string[]) => wantedPeers({ name: "test", peers: ["b", "c"] }, names);
    assert.throws(() => only("d"), withCode("USAGE_INVALID"));
    assert.equal(only("none")("b"), false);
    assert.equal(only("b", "c")("c"), true);
    assert.equal(wantedPeers({ name: "test", peers: ["b"] }, undefined)("b"), true);
  });

  test("knows how much of the processors others used", () => {
    assert.equal(othersShare(12, 8, 10), 0.4);
    assert.equal(othersShare(7.9, 8, 10), 0);
    assert.equal(othersShare(12, Number.NaN, 10), null);
  });
});
