import type { BenchDocument, BenchRow } from "../../../src/bench/document.js";
import type { Machine } from "../../../src/bench/machine.js";
import { summarize } from "../../../src/bench/statistics.js";

export const MACHINE: Machine = {
  cpu: "AMD EPYC (family 26, model 17)",
  cores: 2,
  virtual: true,
  instructions: ["avx2", "avx512f"],
  memoryBytes: 24e9,
  platform: "linux-x64",
  node: "v20.1.0",
  spuriousNative: "0.1.0",
  torch: "2.13.0",
  torchKernels: "AVX512",
  preprocessingKernels: "avx512",
};

export function benchRow(changes: Partial<BenchRow>): BenchRow {
  const rates = changes.rates ?? [50, 51, 49];
  return {
    name: "other",
    role: "peer",
    description: "another program",
    version: "other 1.0",
    warmUp: "3 passes",
    readySeconds: 1.25,
    rates,
    summary: summarize(rates),
    ownRatio: { ratio: 2, least: 1.9, greatest: 2.1 },
    details: {},
    agreement: null,
    ...changes,
  };
}

export function benchDocument(changes: Partial<BenchDocument>): BenchDocument {
  return {
    schema: "spurious-native/bench/1",
    benchmark: "forward",
    title: "ResNet50, 224 px",
    unit: "images/s",
    workload: { batch: 32 },
    rounds: 3,
    started: "2025-01-01T00:00:00.000Z",
    machine: MACHINE,
    othersShare: 0.01,
    rows: [
      benchRow({ name: "spurious-native", role: "own", rates: [100, 102, 98], ownRatio: null }),
      benchRow({ agreement: "the same numbers" }),
      benchRow({
        name: "arithmetic",
        role: "limit",
        rates: [125, 124, 126],
        ownRatio: { ratio: 0.8, least: 0.79, greatest: 0.81 },
      }),
    ],
    skipped: [{ name: "third", reason: "is not installed", install: "pip install third" }],
    notes: ["A note."],
    ...changes,
  };
}
