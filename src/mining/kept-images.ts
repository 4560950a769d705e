import { readFile } from "node:fs/promises";
import { SpuriousError } from "../errors.js";
import { readIfPresent } from "../results/read-if-present.js";
import type { MineResult } from "./mine-result.js";
import {
  currentReview,
  imageKey,
  isReviewText,
  type MinedImageId,
  parseReview,
  type ReviewAnswer,
  reviewPath,
} from "./review/review-file.js";

/** What the review of a list says, in images of the list. */
export type ReviewCounts = Readonly<Record<ReviewAnswer | "open", number>>;

/** Which of the mined images a person wants to keep. */
export interface KeptImages {
  /** "all", or the file that says so. */
  readonly source: string;
  /** Of a review. */
  readonly review: ReviewCounts | null;
  has(image: MinedImageId): boolean;
}

/**
 * @param folder of the result
 * @param keep "all"; a review; or a text file: on each line an id, or an eigen index, a tab and an
 *   id to keep an image for one component only. Default: the review in the folder
 * @throws DATA_NOT_FOUND; USAGE_INVALID an id is on none of the lists, or nothing is kept;
 *   ARTEFACT_INVALID, RESUME_MISMATCH a review that is damaged or of other images
 */
export async function readKeptImages(
  folder: string,
  result: MineResult,
  keep: string | undefined,
): Promise<KeptImages> {
  if (keep === "all") return { source: keep, review: null, has: () => true };
  const source = keep ?? reviewPath(folder);
  const text = keep === undefined ? await ownReview(source, folder) : await textOf(keep);
  const kept = isReviewText(text) ? reviewed(source, text, result) : listed(source, text, result);
  if (!idsOf(result).some((image) => kept.has(image))) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `choosing images: ${source}: expected at least one image to keep, got none`,
      { input: source },
    );
  }
  return kept;
}

function reviewed(source: string, text: string, result: MineResult): KeptImages {
  const current = currentReview(parseReview(source, text, result).entries);
  const answerOf = (image: MinedImageId) => current.get(imageKey(image))?.answer;
  const review = { keep: 0, "contains class": 0, "not feature": 0, skip: 0, open: 0 };
  for (const image of idsOf(result)) review[answerOf(image) ?? "open"]++;
  return { source, review, has: (image) => answerOf(image) === "keep" };
}

function listed(source: string, text: string, result: MineResult): KeptImages {
  const key = (component: number | null, id: string): string => `${String(component)} ${id}`;
  const known = new Set(
    idsOf(result).flatMap(({ component, id }) => [key(component, id), key(null, id)]),
  );
  const keys = new Set<string>();
  for (const line of text.split(/\r?\n/).filter((one) => one.trim() !== "")) {
    const [, component, id] = /^(\d+)\t(.*)$/.exec(line) ?? [];
    const asked = key(component === undefined ? null : Number(component), (id ?? line).trim());
    if (!known.has(asked)) throw unknown(source, line);
    keys.add(asked);
  }
  const has = ({ component, id }: MinedImageId) =>
    keys.has(key(null, id)) || keys.has(key(component, id));
  return { source, review: null, has };
}

function idsOf({ components }: MineResult): MinedImageId[] {
  return components.flatMap(({ eigenIndex, top }) =>
    top.map(({ pool, id }) => ({ component: eigenIndex, pool, id })),
  );
}

async function ownReview(path: string, folder: string): Promise<string> {
  const text = await readIfPresent(path);
  if (text !== null) return text;
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing images: --keep: expected all, a file of ids or a review, got none, and ${path} is not there`,
    {
      input: folder,
      hint: `look through the images with \`spurious-native mine review ${folder}\``,
    },
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `choosing images: ${file}: expected "all", a text file of ids or a review, got ${code === "ENOENT" ? "nothing there" : message}`,
      { input: file, cause },
    );
  }
}

function unknown(file: string, line: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `choosing images: ${file}: expected ids of the mined lists, got "${line}"`,
    { input: line, hint: "ids are those of mine.json and mine.csv" },
  );
}
