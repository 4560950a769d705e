import { join } from "node:path";
import {
  type EntriesFile,
  type EntriesFormat,
  type EntriesHeader,
  isWhole,
  parseEntries,
} from "../../annotation/entries-file.js";
import { type Entry, lastAnswers, type Stamped } from "../../annotation/entries.js";
import { EntriesWriter } from "../../annotation/entries-writer.js";
import { SpuriousError } from "../../errors.js";
import type { MineResult } from "../mine-result.js";

export const REVIEW_SCHEMA = "spurious-native/review/1";
const REVIEW_FILE = "review.json";

/** What a person can say about a mined image; `skip` is no judgement. */
export const REVIEW_ANSWERS = ["keep", "contains class", "not feature", "skip"] as const;

export type ReviewAnswer = (typeof REVIEW_ANSWERS)[number];

/** Which image: one of a component's list. */
export interface MinedImageId {
  /** Eigen index. */
  readonly component: number;
  /** Place among the pools. */
  readonly pool: number;
  readonly id: string;
}

/** One answer, as the file keeps it. */
export interface ReviewEntry extends Stamped, MinedImageId {
  readonly answer: ReviewAnswer;
}

export interface ReviewHeader extends EntriesHeader {
  readonly schema: typeof REVIEW_SCHEMA;
  /** Index of the class whose images were mined. */
  readonly class: number;
  /** Hash of its PCA: another PCA has other components. */
  readonly pca: string | null;
  /** Paths of the pools: ids are names within these. */
  readonly pools: readonly string[];
}

export type ReviewFile = EntriesFile<ReviewHeader, ReviewEntry>;

export type ReviewWriter = EntriesWriter<ReviewHeader, ReviewEntry>;

const FORMAT: EntriesFormat<ReviewHeader, ReviewEntry> = {
  what: "a review",
  schema: REVIEW_SCHEMA,
  header: ({ class: index, pca, pools, created }, fault) => {
    if (!isWhole(index)) throw fault("a class index", JSON.stringify(index) ?? "none");
    if (pca !== null && typeof pca !== "string") throw fault("a PCA's hash or null", typeof pca);
    if (!Array.isArray(pools) || !pools.every((one) => typeof one === "string")) {
      throw fault("paths of pools", JSON.stringify(pools) ?? "none");
    }
    return { schema: REVIEW_SCHEMA, class: index, pca, pools, created: created as string };
  },
  isAnswer: (entry) =>
    isWhole(entry["component"]) &&
    isWhole(entry["pool"]) &&
    typeof entry["id"] === "string" &&
    (REVIEW_ANSWERS as readonly unknown[]).includes(entry["answer"]),
  keyOf: imageKey,
};

/** An image's key in maps. */
export function imageKey({ component, pool, id }: MinedImageId): string {
  return `${String(component)}:${String(pool)}:${id}`;
}

/** Where the review of a result lies, unless another file is named. */
export function reviewPath(mineFolder: string): string {
  return join(mineFolder, REVIEW_FILE);
}

/** What holds after all entries, by imageKey. */
export function currentReview(entries: readonly Entry<ReviewEntry>[]): Map<string, ReviewEntry> {
  return lastAnswers<ReviewEntry>(entries, imageKey);
}

/** Whether a text is that of a review file rather than a list of ids. */
export function isReviewText(text: string): boolean {
  return /^\s*\{\s*"schema"\s*:\s*"spurious-native\/review\//.test(text);
}

/**
 * Reads a review of a result.
 * @throws ARTEFACT_INVALID damaged or of a newer schema
 * @throws RESUME_MISMATCH of another class, PCA or pools
 */
export function parseReview(path: string, text: string, result: MineResult): ReviewFile {
  const file = parseEntries(path, text, FORMAT);
  const owner = ownerOf(result);
  for (const name of ["class", "pca", "pools"] as const) {
    const [found, wanted] = [file.header[name], owner[name]].map((one) => JSON.stringify(one));
    if (found === wanted) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `reading a review: ${path}: expected ${name} ${wanted ?? ""} of the mined images, got ${found ?? ""}`,
      { input: path, hint: "give the review of this result, or review it again" },
    );
  }
  return file;
}

/**
 * Opens the review of a result, or begins it.
 * @throws USAGE_INVALID another process has it open; RESUME_MISMATCH it is of another class, PCA or
 *   pools; ARTEFACT_INVALID, OUTPUT_WRITE_FAILED
 */
export function openReview(path: string, result: MineResult): Promise<ReviewWriter> {
  const hint = "name another file with --review";
  return EntriesWriter.open(path, FORMAT, ownerOf(result), { hint });
}

function ownerOf({ class: { index }, pools, settings }: MineResult) {
  const { pca } = settings;
  return {
    class: index,
    pca: typeof pca === "string" ? pca : null,
    pools: pools.map(({ path }) => path),
  };
}
