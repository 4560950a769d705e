import { fixture, jsonFixture } from "./fixtures.js";

/** What eager PyTorch answers for five pictures of one size. */
export interface ReferenceAnswers {
  readonly height: number;
  readonly width: number;
  readonly logits?: readonly (readonly number[])[];
  readonly features?: readonly (readonly number[])[];
  readonly featureMapShape?: readonly number[];
}

/** A tiny model, written by tools/make_test_models.py. */
export interface ReferenceModel {
  readonly file: string;
  readonly note: string;
  readonly kind: "traced" | "scripted";
  readonly classes: number;
  readonly channels: number;
  /** The batch it was traced with, where it insists on it. */
  readonly batch: number | null;
  readonly dtype: "fp32" | "bf16" | "fp16";
  readonly output: string;
  readonly outputKey: string | null;
  readonly softmax: string | null;
  readonly normalization: { mean: number[]; std: number[] } | null;
  readonly head: { kind: string; classes: number; features: number; bias: boolean } | null;
  readonly headMissing: string | null;
  readonly featureMap: "map" | "tokens" | null;
  readonly forwardFails: boolean;
  readonly tolerance: number;
  readonly sizes: readonly ReferenceAnswers[];
}

const document = jsonFixture<{
  images: number;
  models: ReferenceModel[];
  broken: { file: string; note: string; code: string }[];
}>("models/expected.json");

export const MODELS: readonly ReferenceModel[] = document.models;
/** Files that are no model, with the code that says so. */
export const BROKEN = document.broken;
/** Pictures that each model was asked about. */
export const PICTURES = document.images;

export function modelFile(file: string): string {
  return fixture(`models/${file}`);
}

/** The pictures of the reference: uint8 [PICTURES, height, width, 3]. */
export function testPictures(height: number, width: number): Uint8Array {
  const pixels = new Uint8Array(PICTURES * height * width * 3);
  let at = 0;
  for (let n = 0; n < PICTURES; n++) {
    for (let i = 0; i < height * width; i++) {
      for (let c = 0; c < 3; c++) {
        pixels[at++] = ((i * 7919 + c * 104729 + n * 31) * ((i % 13) + n + 1)) % 256;
      }
    }
  }
  return pixels;
}

/** Ten classes for the ten outputs of most of the models. */
export function testClasses(count: number): {
  name: string;
  classes: { index: number; label: string }[];
} {
  return {
    name: "test",
    classes: Array.from({ length: count }, (_, index) => ({ index, label: `thing ${index}` })),
  };
}

export const IDENTITY = { mean: [0, 0, 0], std: [1, 1, 1] };
