import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpuriousError } from "../../errors.js";
import type { EvalResult } from "../../results/eval-result.js";
import type { Benchmark, BenchSettings, Plan, SkippedPeer } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { type Contestant, PeerMissing } from "../contestant.js";
import { PROGRAM_FILE } from "../files.js";
import { parseMessage } from "../messages.js";
import { type BenchModel, benchModel, NEEDS_PYTHON_MODEL } from "../models.js";
import { benchPictures, listPictures } from "../pictures.js";
import { processContestant, type ProcessRun } from "../processes.js";
import { pythonProgram } from "../python.js";
import { ownForward, threadCount } from "./forward.js";

const PEERS = { "python-0": 0, "python-2": 2 } as const;

export const evalBenchmark: Benchmark = {
  name: "eval",
  description: "the spurious score from files to result, the whole command",
  unit: "images/s",
  peers: Object.keys(PEERS),
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const model = await benchModel(settings);
    const data = await benchPictures(settings);
    const pictures = (await listPictures(data)).length;
    const skipped: SkippedPeer[] = [];
    const { batch, threads, dtype } = settings;
    return {
      title: `eval of ${String(pictures)} pictures with ${model.title}, batches of ${String(batch)}, ${dtype}, ${threadCount(threads)}`,
      workload: { model: model.title, pictures, batch, dtype, threads },
      contestants: [
        ownEval(settings, model, data),
        ...pythonPipelines(settings, model, data, skipped),
        ...(await forwardLimit(settings, model)),
      ],
      skipped,
      notes: [
        "Rates leave out the start of the process, the loading of the model and the first two batches, in which this program compiles it; the column of whole processes holds everything, on this program's side with the result folder written (tables, Parquet, page with thumbnails).",
        "The Python pipeline is that of the original: Pillow in a DataLoader, an eager pass in float32. python-0 loads in the process itself, python-2 in two processes of their own.",
      ],
    };
  },
};

/** How the settings of a benchmark are told to the program itself. */
export function modelFlags(settings: BenchSettings, { size }: BenchModel): string[] {
  const { batch, threads, dtype } = settings;
  const { normalize } = settings.model ?? {};
  const flags = { batch, threads, dtype, device: "cpu", size, ...(normalize && { normalize }) };
  return Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
}

/** The whole command, from files to its result folder. */
export function ownEval(settings: BenchSettings, model: BenchModel, data: string): Contestant {
  const about = {
    name: "spurious-native",
    role: "own",
    description: "spurious-native eval, with its result folder",
  } as const;
  return {
    ...about,
    async start(signal) {
      const out = await mkdtemp(join(tmpdir(), "spurious-native-bench-"));
      const args = [
        ...[PROGRAM_FILE, "eval", model.file, "--json", "--quiet", "--force", "--out", out],
        ...["--data", data, ...modelFlags(settings, model)],
      ];
      const running = await processContestant(
        about,
        { command: process.execPath, args },
        readEval,
      ).start(signal);
      return { ...running, stop: () => rm(out, { recursive: true, force: true }) };
    },
  };
}

/** @param output the document that `eval --json` prints */
export function readEval(output: string): ProcessRun {
  const { classes, counts, provenance } = JSON.parse(output) as EvalResult;
  const rate = provenance.steadyImagesPerSecond ?? provenance.imagesPerSecond ?? 0;
  const items = counts.val + counts.spurious;
  return {
    version: `spurious-native ${provenance.version}`,
    measurement: { items, seconds: items / rate },
    answer: classes.map(({ ap }) => ap),
  };
}

/** @param output messages, one a line */
export function readPipeline(output: string): ProcessRun {
  const messages = output.split("\n").map(parseMessage);
  const missing = messages.find((one) => one !== null && "missing" in one);
  if (missing && "missing" in missing) {
    throw new PeerMissing(missing.missing.reason, missing.missing.install);
  }
  const ready = messages.find((one) => one !== null && "ready" in one);
  const run = messages.find((one) => one !== null && "run" in one);
  if (ready && "ready" in ready && run && "run" in run) {
    const { version, answer } = ready.ready;
    return { version, measurement: run.run, answer };
  }
  throw new SpuriousError(
    "BENCH_FAILED",
    `measuring: expected the messages "ready" and "run", got: ${output.slice(0, 200)}`,
  );
}

function pythonPipelines(
  settings: BenchSettings,
  model: BenchModel,
  data: string,
  skipped: SkippedPeer[],
): Contestant[] {
  const { batch, threads, python } = settings;
  const { weights, size } = model;
  const names = Object.keys(PEERS) as (keyof typeof PEERS)[];
  if (weights === null) {
    skipped.push(...names.map((name) => ({ name, reason: NEEDS_PYTHON_MODEL, install: null })));
    return [];
  }
  return names.map((name) => {
    const args = { weights, data, size, batch, workers: PEERS[name], threads };
    return processContestant(
      { name, role: "peer", description: "Pillow in a DataLoader, eager PyTorch in float32" },
      pythonProgram(python, "eval_pipeline.py", args, threads),
      readPipeline,
    );
  });
}

/** Reading pictures costs nothing and every batch is full: what is left is the forward pass. */
async function forwardLimit(settings: BenchSettings, model: BenchModel): Promise<Contestant[]> {
  const own = await ownForward(settings, model);
  return [
    {
      ...own,
      name: "forward-alone",
      role: "limit",
      description: "this program's forward passes without reading a picture",
    },
  ];
}
