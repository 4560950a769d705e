import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImageKey, ReportImages } from "../report/eval-report.js";
import { textOf } from "../report/names.js";
import { makeThumbnails } from "../report/thumbnails.js";
import type { ChangedImage, ComparedResult, Comparison } from "./compare.js";

/** The pictures behind changed images, as far as they are where the results were made from. */
export interface ChangedPictures extends ReportImages {
  /** Changed images that are in none of the recorded folders. */
  readonly gone: readonly ChangedImage[];
}

/**
 * Looks for the changed images of a comparison in the data folders that either result records.
 * @throws CANCELLED
 */
export async function changedPictures(
  { first, second, images }: Comparison,
  signal?: AbortSignal,
): Promise<ChangedPictures> {
  const files = new Map<ImageKey, string>();
  for (const image of images) {
    const file = await firstFile([fileIn(first, image), fileIn(second, image)]);
    if (file !== null) files.set(image, file);
  }
  const found = images.filter((image) => files.has(image));
  const thumbnails = await makeThumbnails(found, (image) => files.get(image) ?? "", signal);
  return {
    thumbnailOf: (image) => thumbnails.thumbnailOf(image),
    gone: images.filter((image) => !files.has(image)),
  };
}

/** null where the result was made from a table of probabilities. */
function fileIn({ provenance }: ComparedResult, { split, path }: ChangedImage): string | null {
  const root = textOf(provenance.data, split);
  return root === null ? null : join(root, path);
}

async function firstFile(candidates: readonly (string | null)[]): Promise<string | null> {
  for (const file of candidates) {
    if (file === null) continue;
    if ((await stat(file).catch(() => null))?.isFile() === true) return file;
  }
  return null;
}
