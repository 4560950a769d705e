import { basename } from "node:path";

import type { ClassMap } from "../imagenet/class-info.js";
import { classesNamed } from "../imagenet/find-class.js";
import { hasClassFolders, readClassFolders } from "./class-folders.js";
import { type FolderContent, type PictureTree, TreePicture } from "../sources/picture-tree.js";
import { findFolder } from "./find-folder.js";
import { layoutError } from "./layout-error.js";
import type { Ignored, Sample } from "./sample.js";
import { findGroundTruth, GROUND_TRUTH_FILES } from "./val-ground-truth.js";

export interface ValSet {
  /** The folder that holds the class folders or the pictures. */
  readonly tree: PictureTree;
  /** "class folders" or the ground truth file's name. */
  readonly layout: string;
  /** Pictures of the wanted classes only; openBenchmark sorts them. */
  readonly samples: Sample[];
  readonly ignored: Ignored[];
  /** For messages, for example "5 class folders". */
  readonly found: string;
}

const LAYOUT = `  DIR/[imagenet/][val/]
    n01440764/ILSVRC2012_val_00000293.JPEG ...   (folders named by WordNet id, class index or label)
  or DIR/ILSVRC2012_val_00000001.JPEG ... beside one of
    ${GROUND_TRUTH_FILES.join("\n    ")}`;

/** Places below the folder given; the folder itself last, as it may hold a `train` beside. */
const PLACES = [
  "imagenet/val",
  "ILSVRC/Data/CLS-LOC/val",
  "Data/CLS-LOC/val",
  "val",
  "ILSVRC2012_img_val",
  "imagenet",
];

/**
 * Finds the validation pictures of some classes.
 * @param given the validation folder or one above it
 * @param wanted class indices; everything else is counted and left alone
 * @throws DATA_NOT_FOUND, DATA_LAYOUT
 */
export async function readValSet(
  given: PictureTree,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const top = await given.content();
  const content = await findValFolder(given, classMap, [...PLACES, "."]);
  if (content === null) {
    throw layoutError("validation pictures not found", "class folders", top, LAYOUT);
  }
  return hasClassFolders(content, classMap)
    ? readFolders(content, classMap, wanted)
    : readFlatFolder(content, classMap, wanted);
}

/** A validation folder at one of its usual places inside another folder, or null. */
export function findValFolder(
  above: PictureTree,
  classMap: ClassMap,
  places: readonly string[] = PLACES,
): Promise<FolderContent | null> {
  return findFolder(above, places, (content) => holdsClasses(content, classMap));
}

function holdsClasses(content: FolderContent, classMap: ClassMap): boolean {
  return hasClassFolders(content, classMap) || content.pictures.length > 0;
}

async function readFolders(
  content: FolderContent,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const { folders, ignored, outside } = await readClassFolders(content, classMap, wanted, {
    what: "validation",
    layout: LAYOUT,
  });
  return {
    tree: content.tree,
    layout: "class folders",
    samples: folders.flatMap(({ classIndex, pictures }) =>
      pictures.map((picture) => valSample(content.tree, picture, classIndex)),
    ),
    ignored: [
      ...ignored.map((entry): Ignored => ({ split: "val", ...entry })),
      ...counted(content.pictures.length, "pictures outside a class folder"),
      ...counted(outside, "folders of classes outside the benchmark"),
    ],
    found: `${content.folders.length} class folders`,
  };
}

async function readFlatFolder(
  content: FolderContent,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const truth = await findGroundTruth(content.tree, content.pictures);
  if (truth === null) {
    throw layoutError(
      "classes of validation pictures not found",
      "class folders, or a ground truth file beside the pictures",
      content,
      LAYOUT,
    );
  }
  const samples: Sample[] = [];
  for (const picture of content.pictures) {
    const [info] = classesNamed(classMap, truth.wnids.get(picture) ?? "");
    if (info !== undefined && wanted.has(info.index)) {
      samples.push(valSample(content.tree, picture, info.index));
    }
  }
  const unlisted = content.pictures.length - truth.wnids.size;
  const outside = truth.wnids.size - samples.length;
  return {
    tree: content.tree,
    layout: basename(truth.file),
    samples,
    ignored: [
      ...content.ignored.map((entry): Ignored => ({ split: "val", ...entry })),
      ...counted(unlisted, `pictures that ${basename(truth.file)} does not list`),
      ...counted(outside, "pictures of classes outside the benchmark"),
    ],
    found: `${content.pictures.length} pictures with ${basename(truth.file)}`,
  };
}

function valSample(tree: PictureTree, path: string, classIndex: number): Sample {
  return { source: new TreePicture(tree, path), path, split: "val", classIndex };
}

function counted(count: number, what: string): Ignored[] {
  return count === 0 ? [] : [{ split: "val", path: ".", reason: `${what}: ${count}` }];
}
