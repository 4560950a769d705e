import { join } from "node:path";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { removeFile, writeFileAtomic } from "../results/atomic.js";
import { WHOLE_NUMBER } from "../results/document-shape.js";
import { readShaped } from "../results/read-document.js";
import type { IsBegun } from "../results/result-folder.js";
import type { Settings } from "./same-settings.js";

export const PCA_SCHEMA = "spurious-native/pca/1";
export const INDEX_NAME = "index.json";
const CLASS_FILE = /^\d{3,}\.(safetensors|images\.json)$/;

/** Fields of a PcaIndex that anything here reads. */
const INDEX_SHAPE = t.isPartial({
  features: t.cascade(t.isNumber(), [t.isInteger()]),
  preset: t.isString(),
  model: t.isNullable(
    t.isPartial({
      path: t.isString(),
      sha256: t.isString(),
      inputSize: t.isNumber(),
      normalization: t.isPartial({
        where: t.isString(),
        mean: t.isArray(t.isNumber()),
        std: t.isArray(t.isNumber()),
      }),
      temperature: t.isNumber(),
    }),
  ),
  classes: t.isArray(
    t.isPartial({
      index: WHOLE_NUMBER,
      wnid: t.isString(),
      label: t.isString(),
      images: t.isNumber(),
      rank: t.isNumber(),
      components: t.isNumber(),
      totalVariance: t.isNumber(),
      // Nothing outside the folder is read, whoever wrote the index.
      tensors: t.cascade(t.isString(), [t.matchesRegExp(CLASS_FILE)]),
      imageNames: t.cascade(t.isString(), [t.matchesRegExp(CLASS_FILE)]),
      skipped: t.isArray(t.isPartial({ path: t.isString(), message: t.isString() })),
    }),
  ),
  train: t.isNullable(t.isString()),
  settings: t.isRecord(t.isUnknown()),
  provenance: t.isRecord(t.isUnknown()),
});

/** A folder with an index, or one that was left before its first class was complete. */
export const isBegunPca: IsBegun = (names) =>
  names.includes(INDEX_NAME) || names.every((name) => CLASS_FILE.test(name));

/** One class of a PCA folder. */
export interface PcaIndexClass {
  readonly index: number;
  readonly wnid: string;
  readonly label: string;
  /** Training images that were used: rows of `alphas`. */
  readonly images: number;
  /** Dimensions in which the images vary; components at or past it would be arbitrary. */
  readonly rank: number;
  /** Components stored, at most the rank. */
  readonly components: number;
  /** Sum of all eigenvalues, stored or not. */
  readonly totalVariance: number;
  /** What solved it, for example "lapack-dsyevr". */
  readonly solver: string;
  /** "gram" [N, N] or "covariance" [d, d]. */
  readonly route: string;
  /** File names in the folder. */
  readonly tensors: string;
  readonly imageNames: string;
  readonly skipped: readonly { readonly path: string; readonly message: string }[];
}

/** How the model is opened again for new images; absent where features were given. */
export interface PcaModel {
  /** As it was given. */
  readonly path: string;
  readonly sha256: string;
  readonly inputSize: number;
  readonly normalization: {
    readonly where: "inside" | "outside" | "none";
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly temperature: number;
  /** What --class-map or the metadata said; null for the default. */
  readonly classMap: unknown;
}

/** The document of index.json. */
export interface PcaIndex {
  readonly schema: typeof PCA_SCHEMA;
  readonly model: PcaModel | null;
  /** Penultimate features d. */
  readonly features: number;
  readonly preset: string;
  /** Folder of the training images, as it was found; null where features were given. */
  readonly train: string | null;
  /** Ascending by index. */
  readonly classes: readonly PcaIndexClass[];
  /** What decides the content; a run is resumed with equal ones only. */
  readonly settings: Settings;
  readonly provenance: Readonly<Record<string, unknown>>;
}

/**
 * Reads index.json of a PCA folder.
 * @throws ARTEFACT_INVALID there is none, it is damaged, foreign or of another schema
 */
export async function readPcaIndex(folder: string): Promise<PcaIndex> {
  const index = await readIndexIfPresent(folder);
  if (index !== null) return index;
  throw invalid(folder, `a folder made by \`pca fit\` with ${INDEX_NAME}`, "none");
}

/** readPcaIndex, or null where there is no index. */
export async function readIndexIfPresent(folder: string): Promise<PcaIndex | null> {
  const kind = { schema: PCA_SCHEMA, shape: INDEX_SHAPE, expected: "a whole index" } as const;
  return await readShaped<PcaIndex>(join(folder, INDEX_NAME), kind, invalid);
}

/** Takes index.json away: the folder is no PCA until it is written again. */
export async function removePcaIndex(folder: string): Promise<void> {
  await removeFile(join(folder, INDEX_NAME));
}

/** Writes index.json whole. */
export async function writePcaIndex(folder: string, index: PcaIndex): Promise<void> {
  await writeFileAtomic(join(folder, INDEX_NAME), `${JSON.stringify(index, null, 2)}\n`);
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading a PCA: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause },
  );
}
