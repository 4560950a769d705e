import type { Benchmark } from "./benchmark.js";
import { attackBenchmark } from "./benchmarks/attack.js";
import { camBenchmark } from "./benchmarks/cam.js";
import { evalBenchmark } from "./benchmarks/eval.js";
import { forwardBenchmark } from "./benchmarks/forward.js";
import { mineBenchmark } from "./benchmarks/mine.js";
import { pcaBenchmark } from "./benchmarks/pca.js";
import { preprocessBenchmark } from "./benchmarks/preprocess.js";
import { spufixBenchmark } from "./benchmarks/spufix.js";

export const BENCHMARKS: readonly Benchmark[] = [
  forwardBenchmark,
  preprocessBenchmark,
  evalBenchmark,
  pcaBenchmark,
  attackBenchmark,
  camBenchmark,
  spufixBenchmark,
  mineBenchmark,
];
