import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { stat } from "node:fs/promises";
import type { Benchmark, Plan } from "../benchmark.js";
import type { Program } from "../child.js";
import { compareDigests } from "../compare.js";
import { workerFile } from "../files.js";
import { benchPictures, listPictures } from "../pictures.js";
import { residentContestant } from "../processes.js";
import { pythonProgram } from "../python.js";

const SIZE = 224;
const PICTURES_PER_RUN = 1200;

export const preprocessBenchmark: Benchmark = {
  name: "preprocess",
  description: "decode, resize and crop on one core",
  unit: "images/s",
  peers: ["pillow"],
  compare: compareDigests,
  async plan(settings): Promise<Plan> {
    const folder = await benchPictures(settings);
    const images = settings.images ?? `${folder}/val`;
    const files = await listPictures(images);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / sizes.length / 1000;
    const passes = Math.max(1, Math.round(PICTURES_PER_RUN / files.length));
    const pinned = canPin();
    const own = JSON.stringify({ images, size: SIZE, passes });
    const pillow = (mode: string): Program =>
      pin(
        pythonProgram(
          settings.python,
          "preprocess_pillow.py",
          { mode, images, size: SIZE, passes },
          1,
        ),
        pinned,
      );
    return {
      title: `${String(files.length)} pictures of ${kilobytes.toFixed(0)} KB on average, shorter side to ${String(Math.trunc((256 / 224) * SIZE))}, centre ${String(SIZE)}, bicubic, one core`,
      workload: {
        pictures: files.length,
        kilobytes: Number(kilobytes.toFixed(1)),
        size: SIZE,
        picturesPerRun: passes * files.length,
        pinnedToOneCore: String(pinned),
      },
      contestants: [
        residentContestant(
          {
            name: "spurious-native",
            role: "own",
            description: "this program, from the file to the pixels a model is given",
          },
          pin(
            {
              command: process.execPath,
              args: [workerFile("preprocess"), own],
              env: { UV_THREADPOOL_SIZE: "1" },
            },
            pinned,
          ),
        ),
        residentContestant(
          { name: "pillow", role: "peer", description: "Pillow in Python, the same pixels" },
          pillow("full"),
        ),
        residentContestant(
          {
            name: "decoding-alone",
            role: "limit",
            description: "libjpeg-turbo in Pillow, no resize",
          },
          pillow("decode"),
        ),
      ],
      skipped: [],
      notes: [
        pinned
          ? "Every process is held on one and the same core."
          : "There is no `taskset` here: processes are not held on one core, so this program's two threads may use two.",
      ],
    };
  },
};

/** The last core: interrupts and other work tend to be served by the first ones. */
function pin(program: Program, pinned: boolean): Program {
  if (!pinned) return program;
  const core = String(availableParallelism() - 1);
  return { ...program, command: "taskset", args: ["-c", core, program.command, ...program.args] };
}

function canPin(): boolean {
  const core = String(availableParallelism() - 1);
  return spawnSync("taskset", ["-c", core, "true"]).status === 0;
}
