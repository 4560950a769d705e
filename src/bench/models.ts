import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpuriousError } from "../errors.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import type { BenchSettings } from "./benchmark.js";
import { PeerMissing } from "./contestant.js";
import { cachedFolder, exists, make } from "./files.js";
import { PYTHON_VARIABLE, pythonProgram } from "./python.js";

/** The model that all sides of a benchmark run. */
export interface BenchModel {
  /** TorchScript file. */
  readonly file: string;
  readonly title: string;
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Weights for the peers that build the net in Python; null for a person's own model. */
  readonly weights: string | null;
  /** Operations (two per multiplication and addition) of one picture, or null when not counted. */
  readonly flopsPerImage: number | null;
  /** Where it and what is made of it lie. */
  readonly folder: string;
}

/** Why a peer that builds the net in Python does not take part with a person's own model. */
export const NEEDS_PYTHON_MODEL =
  "needs the model as Python code: it runs the ResNet50 that is used without --model";

const SEED = 0;
const SIZE = 224;
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** The seeded ResNet50, made once, or the model that was named. @throws BENCH_FAILED, MODEL_* */
export async function benchModel(settings: BenchSettings): Promise<BenchModel> {
  return settings.model === undefined
    ? seededResnet50(settings)
    : ownModel(settings, settings.model);
}

async function seededResnet50(settings: BenchSettings): Promise<BenchModel> {
  const { cache, python, threads, signal, note } = settings;
  const folder = join(cache, `resnet50-seed${String(SEED)}-${String(SIZE)}`);
  if (!(await exists(folder))) note("making a ResNet50 with seeded weights (once)");
  try {
    await cachedFolder(folder, (to) =>
      make(pythonProgram(python, "make_model.py", { to, seed: SEED, size: SIZE }, threads), signal),
    );
  } catch (error) {
    if (!(error instanceof PeerMissing)) throw error;
    throw new SpuriousError(
      "BENCH_FAILED",
      `preparing a model: expected --model FILE or a Python with torch that makes a ResNet50, got none: ${error.reason}`,
      {
        input: python,
        hint: `pass --model FILE, or ${error.install ?? "install torch"}, or set ${PYTHON_VARIABLE} to a Python that has it`,
      },
    );
  }
  return {
    file: join(folder, "model.pt"),
    title: "ResNet50 (seeded weights)",
    size: SIZE,
    ...IMAGENET,
    weights: join(folder, "weights.pt"),
    flopsPerImage: await flopsIn(folder),
    folder,
  };
}

/** What is made of a model is filed under its content and its input size. */
async function ownModel(settings: BenchSettings, request: ClassifierRequest): Promise<BenchModel> {
  const { cache, python, threads, signal } = settings;
  const { sha256, size, mean, std } = await settle(request);
  const key = createHash("sha256")
    .update(`${sha256}:${String(size)}`)
    .digest("hex");
  const folder = join(cache, `model-${key.slice(0, 16)}`);
  const args = { from: resolve(request.model), size };
  await cachedFolder(folder, (to) =>
    make(pythonProgram(python, "make_model.py", { to, ...args }, threads), signal),
  ).catch((error: unknown) => {
    // Without Python there are no peers to give it to, either.
    if (!(error instanceof PeerMissing)) throw error;
  });
  const { model: file } = request;
  return {
    file,
    title: file,
    size,
    mean,
    std,
    weights: null,
    flopsPerImage: await flopsIn(folder),
    folder,
  };
}

async function settle(request: ClassifierRequest) {
  await using classifier = await Classifier.open(request);
  const { mean, std } = classifier.normalization.value;
  return { sha256: classifier.sha256, size: classifier.inputSize.value, mean, std };
}

/** model.onnx of a model, made once. @throws PeerMissing, BENCH_FAILED */
export async function onnxFile(model: BenchModel, settings: BenchSettings): Promise<string> {
  const { python, threads, signal, note } = settings;
  const file = join(model.folder, "model.onnx");
  if (await exists(file)) return file;
  note("exporting the model to ONNX (once)");
  const program = pythonProgram(python, "make_model.py", { to: model.folder }, threads);
  await make({ ...program, args: [...program.args, "--onnx"] }, signal);
  return file;
}

async function flopsIn(folder: string): Promise<number | null> {
  const file = join(folder, "model.json");
  if (!(await exists(file))) return null;
  const { flopsPerImage } = JSON.parse(await readFile(file, "utf8")) as { flopsPerImage: number };
  return flopsPerImage > 0 ? flopsPerImage : null;
}
