import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { describeClasses } from "../imagenet/find-class.js";
import { hasClassFolders, readClassFolders } from "./class-folders.js";
import { findFolder } from "./find-folder.js";
import { imageSizes } from "./image-sizes.js";
import type { ImageSource } from "../sources/image-source.js";
import type { Watch } from "../sources/index-walks.js";
import { openPictureTree } from "../sources/open-tree.js";
import { type FolderContent, type PictureTree, TreePicture } from "../sources/picture-tree.js";
import { layoutError } from "./layout-error.js";

/** The training pictures of one class. */
export interface TrainClass {
  readonly index: number;
  /** Relative to the root, with `/`, in code point order. */
  readonly pictures: readonly string[];
}

/** One training picture. */
export interface TrainImage {
  readonly source: ImageSource;
  /** Relative to the root, with `/`; the name used in every result. */
  readonly path: string;
  readonly classIndex: number;
}

export interface TrainSet {
  /** The folder that holds the class folders. */
  readonly root: string;
  readonly tree: PictureTree;
  /** Ascending by index. */
  readonly classes: readonly TrainClass[];
}

const LAYOUT = `  DIR/[imagenet/][train/]
    n01440764/n01440764_10026.JPEG ...   (folders named by WordNet id, class index or label)`;

/** Places below the folder given, the folder itself last. */
const PLACES = ["imagenet/train", "ILSVRC/Data/CLS-LOC/train", "Data/CLS-LOC/train", "train", "."];

/**
 * Finds the training pictures of some classes.
 * @param given the training folder or one above it, or what openPictureTree takes instead
 * @throws DATA_NOT_FOUND, DATA_LAYOUT, CANCELLED
 * @throws DATA_CLASS_WITHOUT_TRAIN a wanted class has no pictures
 */
export async function readTrainSet(
  given: string,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
  watch: Watch = {},
): Promise<TrainSet> {
  const content = await findTrainFolder(await openPictureTree(given, watch), classMap);
  const { tree } = content;
  const { folders } = await readClassFolders(content, classMap, wanted, {
    what: "training",
    layout: LAYOUT,
  });
  const filled = folders.filter(({ pictures }) => pictures.length > 0);
  const present = new Set(filled.map(({ classIndex }) => classIndex));
  const missing = classMap.classes.filter(({ index }) => wanted.has(index) && !present.has(index));
  if (missing.length > 0) {
    throw new SpuriousError(
      "DATA_CLASS_WITHOUT_TRAIN",
      `classes without training pictures: ${tree.root}: expected pictures of all ` +
        `${wanted.size} classes, got none of ${describeClasses(missing.slice(0, 10))}` +
        (missing.length > 10 ? ` and ${missing.length - 10} more` : ""),
      { input: tree.root },
    );
  }
  return {
    root: tree.root,
    tree,
    classes: filled
      .map(({ classIndex, pictures }) => ({ index: classIndex, pictures }))
      .sort((a, b) => a.index - b.index),
  };
}

/** Tells the pictures from others of the same names, wherever they lie (see ImageSizes). */
export function trainImageSizes({ tree, classes }: TrainSet): Promise<string> {
  const paths = classes.flatMap(({ pictures }) => pictures);
  return imageSizes(
    paths,
    (path) => path,
    (path) => tree.sizeOf(path),
  );
}

/** The pictures of all classes, by class. */
export function trainImages({ tree, classes }: TrainSet): TrainImage[] {
  return classes.flatMap(({ index, pictures }) =>
    pictures.map((path) => ({ source: new TreePicture(tree, path), path, classIndex: index })),
  );
}

async function findTrainFolder(tree: PictureTree, classMap: ClassMap): Promise<FolderContent> {
  const top = await tree.content();
  const found = await findFolder(tree, PLACES, (content) => hasClassFolders(content, classMap));
  if (found !== null) return found;
  throw layoutError("training pictures not found", "class folders", top, LAYOUT);
}
