import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MineResult } from "../../mining/mine-result.js";
import type { Benchmark, BenchSettings, Plan } from "../benchmark.js";
import { runProgram } from "../child.js";
import { compareNumbers } from "../compare.js";
import type { Contestant } from "../contestant.js";
import { cachedFolder, exists, PROGRAM_FILE } from "../files.js";
import { type BenchModel, benchModel } from "../models.js";
import { benchPictures, listPictures } from "../pictures.js";
import { processContestant, type ProcessRun } from "../processes.js";
import { modelFlags, ownEval } from "./eval.js";
import { threadCount } from "./forward.js";

const CLASS = 94;
const COMPONENTS = 8;

export const mineBenchmark: Benchmark = {
  name: "mine",
  description: "ranking a pool by alpha, the whole command",
  unit: "images/s",
  peers: [],
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const model = await benchModel(settings);
    const data = await benchPictures(settings);
    const pca = await fittedPca(settings, model, data);
    const pictures = (await listPictures(data)).length;
    const { batch, threads, dtype } = settings;
    return {
      title: `mine in ${String(pictures)} pictures with ${model.title} by ${String(COMPONENTS)} components, batches of ${String(batch)}, ${dtype}, ${threadCount(threads)}`,
      workload: { model: model.title, pictures, components: COMPONENTS, batch, dtype, threads },
      contestants: [
        ownMine(settings, model, data, pca),
        {
          ...ownEval(settings, model, data),
          name: "eval",
          role: "limit",
          description: "this program's eval of the same pictures",
        },
      ],
      skipped: [],
      notes: [
        "Rates leave out the start of the process, the loading of the model and the first two batches.",
        "Mining prepares spurious pictures as training images (resized and cropped), eval does not crop them.",
      ],
    };
  },
};

/** A PCA of the class whose validation pictures the painted set has, made once. */
async function fittedPca(
  settings: BenchSettings,
  model: BenchModel,
  data: string,
): Promise<string> {
  const { note, signal } = settings;
  const folder = join(model.folder, `pca-${settings.dtype}`);
  if (await exists(folder)) return folder;
  note("fitting a PCA (once)");
  return cachedFolder(folder, async (to) => {
    const args = [
      ...[PROGRAM_FILE, "pca", "fit", model.file, "--quiet", "--out", to],
      ...["--train", join(data, "val"), "--classes", String(CLASS)],
      ...["--components", String(COMPONENTS), ...modelFlags(settings, model)],
    ];
    await runProgram({ command: process.execPath, args }, signal);
  });
}

function ownMine(
  settings: BenchSettings,
  model: BenchModel,
  data: string,
  pca: string,
): Contestant {
  const about = {
    name: "spurious-native",
    role: "own",
    description: "spurious-native mine, with its result folder",
  } as const;
  return {
    ...about,
    async start(signal) {
      const out = await mkdtemp(join(tmpdir(), "spurious-native-bench-"));
      const components = Array.from({ length: COMPONENTS }, (_, l) => String(l)).join(",");
      const args = [
        ...[PROGRAM_FILE, "mine", pca, "--json", "--quiet", "--force", "--out", out],
        ...["--pool", data, "--class", String(CLASS), "--component", components],
        ...["--model", model.file, "--top", "50", ...modelFlags(settings, model)],
      ];
      const program = { command: process.execPath, args };
      const running = await processContestant(about, program, readMine).start(signal);
      return { ...running, stop: () => rm(out, { recursive: true, force: true }) };
    },
  };
}

/** @param output the document that `mine --json` prints */
export function readMine(output: string): ProcessRun {
  const { counts, provenance } = JSON.parse(output) as MineResult;
  const { version, steadyImagesPerSecond, imagesPerSecond } = provenance;
  const rate = Number(steadyImagesPerSecond ?? imagesPerSecond ?? 0);
  return {
    version: `spurious-native ${String(version)}`,
    measurement: { items: counts.pool, seconds: counts.pool / rate },
    answer: undefined,
  };
}
