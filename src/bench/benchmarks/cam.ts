import type { Benchmark, Plan, SkippedPeer } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { workerFile } from "../files.js";
import { benchModel, NEEDS_PYTHON_MODEL } from "../models.js";
import { residentContestant } from "../processes.js";
import { pythonProgram } from "../python.js";
import { pixelFile, threadCount } from "./forward.js";

const COMPONENTS = 10;
const LIBRARY = "pytorch-grad-cam";

export const camBenchmark: Benchmark = {
  name: "cam",
  description: "Grad-CAM of alpha for several components of every image",
  unit: "maps/s",
  peers: [LIBRARY],
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const { batch, threads, python, dtype } = settings;
    const model = await benchModel(settings);
    const { size, weights, mean, std } = model;
    const pixels = await pixelFile(settings, size);
    const shape = { components: COMPONENTS, pixels, batch, size };
    const own = JSON.stringify({
      ...shape,
      classifier: { ...settings.model, model: model.file, device: "cpu", threads, dtype, batch },
    });
    const skipped: SkippedPeer[] = [];
    const skip = (reason: string) => skipped.push({ name: LIBRARY, reason, install: null });
    if (weights === null) {
      skip(NEEDS_PYTHON_MODEL);
    } else if (dtype !== "fp32") {
      skip("is measured in fp32 only");
    }
    const peer = {
      weights: weights ?? "",
      ...shape,
      mean: mean.join(","),
      std: std.join(","),
      threads,
    };
    return {
      title: `${model.title}, ${String(size)} px, ${String(COMPONENTS)} components of ${String(batch)} images, ${dtype}, ${threadCount(threads)}`,
      workload: { model: model.title, components: COMPONENTS, images: batch, size, dtype, threads },
      contestants: [
        residentContestant(
          {
            name: "spurious-native",
            role: "own",
            description: "this program: all components from one forward pass",
          },
          { command: process.execPath, args: [workerFile("cam"), own] },
        ),
        ...(skipped.length > 0
          ? []
          : [
              residentContestant(
                {
                  name: LIBRARY,
                  role: "peer",
                  description: "the library: a forward and a backward pass for every component",
                },
                pythonProgram(python, "cam_library.py", peer, threads),
              ),
            ]),
      ],
      skipped,
      notes: [
        "A map is that of one component of one image, as large as the image. Compared are the means of the first image's maps.",
      ],
    };
  },
};
