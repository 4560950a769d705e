import { basename, join } from "node:path";

import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { classesNamed, describeClasses } from "../imagenet/find-class.js";
import { type FolderContent, listPictures, readFolder, readFolderIfPresent } from "./folder.js";
import { layoutError } from "./layout-error.js";
import type { Ignored, Sample } from "./sample.js";
import { findGroundTruth, GROUND_TRUTH_FILES } from "./val-ground-truth.js";

export interface ValSet {
  /** The folder that holds the class folders or the pictures. */
  readonly root: string;
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
  given: string,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const top = await readFolder(given);
  const content =
    (await findValFolder(given, classMap)) ?? (holdsClasses(top, classMap) ? top : null);
  if (content === null) {
    throw layoutError("validation pictures not found", "class folders", top, LAYOUT);
  }
  return hasClassFolders(content, classMap)
    ? readClassFolders(content, classMap, wanted)
    : readFlatFolder(content, classMap, wanted);
}

/** A validation folder at one of its usual places inside another folder, or null. */
export async function findValFolder(
  above: string,
  classMap: ClassMap,
): Promise<FolderContent | null> {
  for (const place of PLACES) {
    const content = await readFolderIfPresent(join(above, place));
    if (content !== null && holdsClasses(content, classMap)) {
      return content;
    }
  }
  return null;
}

function holdsClasses(content: FolderContent, classMap: ClassMap): boolean {
  return hasClassFolders(content, classMap) || content.pictures.length > 0;
}

function hasClassFolders(content: FolderContent, classMap: ClassMap): boolean {
  return content.folders.some((name) => classesNamed(classMap, name).length > 0);
}

async function readClassFolders(
  content: FolderContent,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const folderOf = new Map<number, string>();
  for (const name of content.folders) {
    const index = wantedClass(content.path, name, classMap, wanted);
    const other = index === null ? undefined : folderOf.get(index);
    if (other !== undefined) {
      throw new SpuriousError(
        "DATA_LAYOUT",
        `validation class twice: ${content.path}: expected one folder of class ${String(index)}, ` +
          `got ${other} and ${name}`,
        { input: content.path },
      );
    }
    if (index !== null) {
      folderOf.set(index, name);
    }
  }
  const listed = await Promise.all(
    [...folderOf].map(async ([classIndex, name]) => ({
      classIndex,
      name,
      ...(await listPictures(join(content.path, name))),
    })),
  );
  const ignored = content.ignored.map((entry): Ignored => ({ split: "val", ...entry }));
  for (const { name, ignored: inside } of listed) {
    ignored.push(
      ...inside.map(
        ({ path, reason }): Ignored => ({
          split: "val",
          path: `${name}/${path}`,
          reason,
        }),
      ),
    );
  }
  const outside = content.folders.length - folderOf.size;
  return {
    root: content.path,
    layout: "class folders",
    samples: listed.flatMap(({ name, classIndex, pictures }) =>
      pictures.map((picture) => valSample(content.path, `${name}/${picture}`, classIndex)),
    ),
    ignored: [
      ...ignored,
      ...counted(content.pictures.length, "pictures outside a class folder"),
      ...counted(outside, "folders of classes outside the benchmark"),
    ],
    found: `${content.folders.length} class folders`,
  };
}

/** The wanted class that a folder names, or null when it names another one or none. */
function wantedClass(
  root: string,
  name: string,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): number | null {
  const named = classesNamed(classMap, name);
  // Numbering from 1 would shift every class by one and still look right.
  const expected =
    named.length === 0 && /^\d+$/.test(name)
      ? `class indices of ${classMap.name} from 0`
      : named.length > 1 && named.some(({ index }) => wanted.has(index))
        ? `a folder name of one class, not of ${describeClasses(named)}`
        : null;
  if (expected !== null) {
    throw new SpuriousError(
      "DATA_LAYOUT",
      `validation folder without a known class: ${root}: expected ${expected}, got ${name}`,
      { input: join(root, name), hint: `expected layout:\n${LAYOUT}` },
    );
  }
  const [only] = named;
  return only !== undefined && wanted.has(only.index) ? only.index : null;
}

async function readFlatFolder(
  content: FolderContent,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
): Promise<ValSet> {
  const truth = await findGroundTruth(content.path, content.pictures);
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
      samples.push(valSample(content.path, picture, info.index));
    }
  }
  const unlisted = content.pictures.length - truth.wnids.size;
  const outside = truth.wnids.size - samples.length;
  return {
    root: content.path,
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

function valSample(root: string, path: string, classIndex: number): Sample {
  return { file: join(root, path), path, split: "val", classIndex };
}

function counted(count: number, what: string): Ignored[] {
  return count === 0 ? [] : [{ split: "val", path: ".", reason: `${what}: ${count}` }];
}
