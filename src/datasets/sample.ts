import type { ImageSource } from "../sources/image-source.js";

export type Split = "val" | "spurious";

/** One picture of a benchmark. */
export interface Sample {
  readonly source: ImageSource;
  /** Path relative to the root of its split, with `/`; the name used in every result. */
  readonly path: string;
  readonly split: Split;
  /** Index of the class whose score this picture belongs to (class map index, not head column). */
  readonly classIndex: number;
}

/** Something in a data folder that was not used, and why. */
export interface Ignored {
  readonly split: Split;
  /** Relative to the root of its split, with `/`; "." for the root itself. */
  readonly path: string;
  readonly reason: string;
}

export interface BenchmarkClass {
  readonly index: number;
  /** Eigen indices named by the feature folders, in folder order. */
  readonly components: number[];
}

/** What `eval` scores: val and spurious pictures of the same classes. */
export interface Benchmark {
  /** The folder that holds the feature folders. */
  readonly spuriousRoot: string;
  /** The folder that holds the class folders or the pictures of the validation set. */
  readonly valRoot: string;
  /** "spurious-imagenet-v2", "spurious-imagenet-v1" or "own". */
  readonly layout: string;
  /** "class folders" or the name of the file that gives the classes of a flat folder. */
  readonly valLayout: string;
  /** Ascending by class, then path (by code point). */
  readonly samples: Sample[];
  /** Ascending by index. */
  readonly classes: BenchmarkClass[];
  readonly ignored: Ignored[];
  /** Length of a picture's file in bytes; null where it is gone. */
  readonly sizeOf: (sample: Sample) => Promise<number | null>;
}
