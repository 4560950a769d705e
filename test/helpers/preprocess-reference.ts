import { createHash } from "node:crypto";
import type { Split } from "../../src/datasets/sample.js";
import type { Preprocessing } from "../../src/images/presets.js";
import { jsonFixture } from "./fixtures.js";

/** One picture of the reference set, as Pillow opens it. */
export interface ReferencePicture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Of the whole picture in RGB. */
  readonly decodedSha256: string;
}

/** What the original makes of it. */
export interface ReferencePixels {
  readonly file: string;
  readonly transform: "test" | "no_crop";
  readonly interpolation: "bicubic" | "bilinear";
  readonly size: number;
  /** [height, width, 3] */
  readonly shape: readonly [number, number, number];
  readonly sha256: string;
}

export interface ReferenceSet {
  /** Below test/fixtures. */
  readonly folder: string;
  readonly images: readonly ReferencePicture[];
  readonly expected: readonly ReferencePixels[];
}

export const REFERENCE_SETS: readonly ReferenceSet[] = ["preprocess", "preprocess/more"].map(
  (folder) => ({
    folder: `${folder}/images`,
    ...jsonFixture<Pick<ReferenceSet, "images" | "expected">>(`${folder}/expected.json`),
  }),
);

/** The preset and split that stand for a transform of the original. */
export function optionsOf({
  transform,
  interpolation,
  size,
}: Pick<ReferencePixels, "transform" | "interpolation" | "size">): {
  preprocessing: Preprocessing & { preset: "paper-v1" | "paper-v2" };
  split: Split;
} {
  return {
    preprocessing: { preset: interpolation === "bicubic" ? "paper-v2" : "paper-v1", size },
    split: transform === "test" ? "val" : "spurious",
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
