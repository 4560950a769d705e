import type { Benchmark, Plan, SkippedPeer } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { workerFile } from "../files.js";
import { benchModel, NEEDS_PYTHON_MODEL } from "../models.js";
import { residentContestant } from "../processes.js";
import { pythonProgram } from "../python.js";
import { threadCount } from "./forward.js";

const COMPONENTS = 8;
const STEPS = 20;
const EPS = 30;
const ORIGINAL = "original-loop";

export const attackBenchmark: Benchmark = {
  name: "attack",
  description: "feature attack images of several components",
  unit: "steps/s",
  peers: [ORIGINAL],
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const { threads, dtype, python } = settings;
    const model = await benchModel(settings);
    const { size, weights, mean, std } = model;
    const shape = { components: COMPONENTS, steps: STEPS, eps: EPS, size };
    const own = JSON.stringify({
      ...shape,
      classifier: { ...settings.model, model: model.file, device: "cpu", threads, dtype },
    });
    const skipped: SkippedPeer[] = [];
    if (weights === null) {
      skipped.push({ name: ORIGINAL, reason: NEEDS_PYTHON_MODEL, install: null });
    }
    const peer = {
      weights: weights ?? "",
      ...shape,
      mean: mean.join(","),
      std: std.join(","),
      threads,
      dtype,
    };
    return {
      title: `${model.title}, ${String(size)} px, ${String(COMPONENTS)} components at once, ${String(STEPS)} steps, ${dtype}, ${threadCount(threads)}`,
      workload: { model: model.title, ...shape, dtype, threads },
      contestants: [
        residentContestant(
          {
            name: "spurious-native",
            role: "own",
            description: "this program: frozen graph, one forward and one backward a step",
          },
          { command: process.execPath, args: [workerFile("attack"), own] },
        ),
        ...(weights === null
          ? []
          : [
              residentContestant(
                {
                  name: ORIGINAL,
                  role: "peer",
                  description: "the original's loop: eager PyTorch, two forwards and one backward",
                },
                pythonProgram(python, "attack_torch.py", peer, threads),
              ),
            ]),
      ],
      skipped,
      notes: [
        "A step moves the images of all components. Random starts differ, so paths do; compared are the objectives of the grey image.",
      ],
    };
  },
};
