import type { Benchmark } from "./benchmark.js";
import { attackBenchmark } from "./benchmarks/attack.js";
import { evalBenchmark } from "./benchmarks/eval.js";
import { forwardBenchmark } from "./benchmarks/forward.js";
import { pcaBenchmark } from "./benchmarks/pca.js";
import { preprocessBenchmark } from "./benchmarks/preprocess.js";

export const BENCHMARKS: readonly Benchmark[] = [
  forwardBenchmark,
  preprocessBenchmark,
  evalBenchmark,
  pcaBenchmark,
  attackBenchmark,
];
