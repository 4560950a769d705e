import type { ImageKey, ReportImages } from "../report/eval-report.js";
import { textOf } from "../report/names.js";
import { makeThumbnails } from "../report/thumbnails.js";
import { openIfPresent } from "../sources/open-tree.js";
import { type PictureTree, TreePicture } from "../sources/picture-tree.js";
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
  const trees = {
    val: await treesOf([first, second], "val"),
    spurious: await treesOf([first, second], "spurious"),
  };
  const sources = new Map<ImageKey, TreePicture>();
  for (const image of images) {
    const tree = await firstWith(trees[image.split], image.path);
    if (tree !== null) sources.set(image, new TreePicture(tree, image.path));
  }
  const found = images.filter((image) => sources.has(image));
  const thumbnails = await makeThumbnails(found, (image) => sources.get(image), signal);
  return {
    thumbnailOf: (image) => thumbnails.thumbnailOf(image),
    gone: images.filter((image) => !sources.has(image)),
  };
}

/** Of results that were made from pictures and not from a table of probabilities. */
async function treesOf(
  results: readonly ComparedResult[],
  split: "val" | "spurious",
): Promise<PictureTree[]> {
  const roots = new Set(results.flatMap(({ provenance }) => textOf(provenance.data, split) ?? []));
  const trees = await Promise.all([...roots].map(openIfPresent));
  return trees.filter((tree) => tree !== null);
}

async function firstWith(trees: readonly PictureTree[], path: string): Promise<PictureTree | null> {
  for (const tree of trees) {
    if ((await tree.sizeOf(path)) !== null) return tree;
  }
  return null;
}
