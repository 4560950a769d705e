import type { Benchmark, Plan } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { workerFile } from "../files.js";
import { residentContestant } from "../processes.js";
import { pythonProgram } from "../python.js";
import { syntheticFeatures } from "../synthetic-features.js";
import { threadCount } from "./forward.js";

/** A class of ImageNet in the features of a ResNet50, and the components people look at. */
const IMAGES = 1300;
const DIMENSIONS = 2048;
const COMPONENTS = 128;
const CLASSES = 20;

const PEERS = {
  "numpy-covariance": "the original's way: covariance matrix, numpy eigh, all vectors",
  "numpy-gram": "Gram matrix, numpy eigh, the leading vectors mapped back",
  "scikit-learn": "PCA(svd_solver='covariance_eigh'), the quickest of its exact solvers",
} as const;

export const pcaBenchmark: Benchmark = {
  name: "pca",
  description: "class-wise neural PCA from given features",
  unit: "classes/s",
  peers: Object.keys(PEERS),
  compare: compareNumbers,
  async plan({ cache, threads, python }): Promise<Plan> {
    const files = await syntheticFeatures(cache, IMAGES, DIMENSIONS, CLASSES);
    const shape = {
      images: IMAGES,
      dimensions: DIMENSIONS,
      components: COMPONENTS,
      classes: CLASSES,
      threads,
    };
    const own = JSON.stringify({ ...files, ...shape });
    const names = Object.keys(PEERS) as (keyof typeof PEERS)[];
    return {
      title: `${String(CLASSES)} classes of ${String(IMAGES)} images, ${String(DIMENSIONS)} features, ${String(COMPONENTS)} components, ${threadCount(threads)}`,
      workload: shape,
      contestants: [
        residentContestant(
          {
            name: "spurious-native",
            role: "own",
            description: "this program: Gram matrix, own tridiagonal solver, leading vectors only",
          },
          { command: process.execPath, args: [workerFile("pca"), own] },
        ),
        ...names.map((name) =>
          residentContestant(
            { name, role: "peer", description: PEERS[name] },
            pythonProgram(python, "pca_numpy.py", { mode: name, ...files, ...shape }, threads),
          ),
        ),
      ],
      skipped: [],
      notes: [
        "Every class is one set of synthetic features weighted by another row of a head, float32 as networks give them, solved in float64.",
      ],
    };
  },
};
