import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { writeFileAtomic } from "../../results/atomic.js";
import type { Benchmark, BenchSettings, Plan, SkippedPeer } from "../benchmark.js";
import { compareNumbers } from "../compare.js";
import { type Contestant, PeerMissing } from "../contestant.js";
import { exists, peerFile, workerFile } from "../files.js";
import { type BenchModel, benchModel, onnxFile, NEEDS_PYTHON_MODEL } from "../models.js";
import { residentContestant } from "../processes.js";
import { pythonProgram } from "../python.js";
import { randomBytes } from "../random-pixels.js";

const PASSES = 4;
const PIXEL_SEED = 1;

const TORCH_PEERS = {
  "torch-eager": "PyTorch as written, NCHW",
  "torch-eager-nhwc": "PyTorch as written, channels last",
  "torch-compile": "torch.compile with frozen weights",
} as const;
type TorchPeer = keyof typeof TORCH_PEERS;
const ONNXRUNTIME = "onnxruntime-node";

export const forwardBenchmark: Benchmark = {
  name: "forward",
  description: "forward passes of a classifier",
  unit: "images/s",
  peers: [ONNXRUNTIME, ...Object.keys(TORCH_PEERS)],
  compare: compareNumbers,
  async plan(settings): Promise<Plan> {
    const model = await benchModel(settings);
    const pixels = await pixelFile(settings, model.size);
    const skipped: SkippedPeer[] = [];
    const contestants = [
      await ownForward(settings, model),
      ...(await onnxruntime(settings, model, pixels, skipped)),
      ...torchPeers(settings, model, pixels, skipped),
      ...arithmeticLimit(settings, model),
    ];
    const { batch, threads, dtype } = settings;
    return {
      title: `${model.title}, ${String(model.size)} px, batches of ${String(batch)}, ${dtype}, ${threadCount(threads)}`,
      workload: {
        model: model.title,
        size: model.size,
        batch,
        dtype,
        threads,
        imagesPerRun: PASSES * batch,
        flopsPerImage: model.flopsPerImage ?? "not counted",
      },
      contestants,
      skipped,
      notes: [
        "Every side is given the same seeded random pixels. This program is given bytes and normalises them within the measured time; the peers are given normalised floats.",
      ],
    };
  },
};

export function threadCount(threads: number): string {
  return threads === 1 ? "1 thread" : `${String(threads)} threads`;
}

/** Bytes [batch, size, size, 3] that all sides read. */
export async function pixelFile({ cache, batch }: BenchSettings, size: number): Promise<string> {
  const file = join(cache, `pixels-${String(batch)}x${String(size)}.bin`);
  if (await exists(file)) return file;
  await mkdir(cache, { recursive: true });
  await writeFileAtomic(file, randomBytes(batch * size * size * 3, PIXEL_SEED));
  return file;
}

/** This program's own side, which also is what `eval` can reach at most. */
export async function ownForward(settings: BenchSettings, model: BenchModel): Promise<Contestant> {
  const { batch, threads, dtype } = settings;
  const pixels = await pixelFile(settings, model.size);
  const request = {
    classifier: { ...settings.model, model: model.file, device: "cpu", threads, dtype, batch },
    pixels,
    passes: PASSES,
  };
  return residentContestant(
    {
      name: "spurious-native",
      role: "own",
      description: "this program's engine, as eval drives it",
    },
    { command: process.execPath, args: [workerFile("forward"), JSON.stringify(request)] },
  );
}

async function onnxruntime(
  settings: BenchSettings,
  model: BenchModel,
  pixels: string,
  skipped: SkippedPeer[],
): Promise<Contestant[]> {
  const { batch, threads, dtype, cache } = settings;
  if (dtype !== "fp32") {
    skipped.push({ name: ONNXRUNTIME, reason: "is measured in fp32 only", install: null });
    return [];
  }
  const { size, mean, std } = model;
  try {
    const onnx = await onnxFile(model, settings);
    const request = { model: onnx, pixels, batch, size, mean, std, passes: PASSES, threads };
    const modules = [cache, dirname(peerFile("."))].join(delimiter);
    return [
      residentContestant(
        { name: ONNXRUNTIME, role: "peer", description: "ONNX Runtime in Node, NCHW" },
        {
          command: process.execPath,
          args: [peerFile("forward_onnxruntime.mjs"), modules, JSON.stringify(request)],
        },
      ),
    ];
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    skipped.push({ name: ONNXRUNTIME, reason: error.reason, install: error.install });
    return [];
  }
}

function torchPeers(
  settings: BenchSettings,
  model: BenchModel,
  pixels: string,
  skipped: SkippedPeer[],
): Contestant[] {
  const { batch, threads, dtype, python } = settings;
  const { size, weights } = model;
  const names = Object.keys(TORCH_PEERS) as TorchPeer[];
  if (weights === null) {
    skipped.push(...names.map((name) => ({ name, reason: NEEDS_PYTHON_MODEL, install: null })));
    return [];
  }
  return names.map((name) => {
    const args = {
      mode: name.replace("torch-", ""),
      weights,
      pixels,
      batch,
      size,
      mean: model.mean.join(","),
      std: model.std.join(","),
      passes: PASSES,
      threads,
      dtype,
    };
    const about = { name, role: "peer", description: TORCH_PEERS[name] } as const;
    return residentContestant(about, pythonProgram(python, "forward_torch.py", args, threads));
  });
}

/** What the processor could do at most if a forward pass were nothing but large matrix products. */
function arithmeticLimit(settings: BenchSettings, { flopsPerImage }: BenchModel): Contestant[] {
  if (flopsPerImage === null) return [];
  const { threads, dtype, python } = settings;
  return [
    residentContestant(
      {
        name: "matrix-products",
        role: "limit",
        description: "the fastest matrix product of MKL, oneDNN and OpenBLAS, counted in pictures",
      },
      pythonProgram(python, "gemm.py", { flops: flopsPerImage, threads, dtype }, threads),
    ),
  ];
}
