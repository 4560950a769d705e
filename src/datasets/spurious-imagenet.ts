import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { benchmarkFeatures } from "../imagenet/facts.js";
import { classesNamed, describeClasses } from "../imagenet/find-class.js";
import {
  type FolderContent,
  listPictures,
  type PictureTree,
  TreePicture,
} from "../sources/picture-tree.js";
import { findFolder } from "./find-folder.js";
import { firstFew, layoutError } from "./layout-error.js";
import type { BenchmarkClass, Ignored, Sample } from "./sample.js";

export interface SpuriousSet {
  /** The folder that holds the feature folders. */
  readonly tree: PictureTree;
  readonly layout: "spurious-imagenet-v2" | "spurious-imagenet-v1" | "own";
  /** By folder; openBenchmark sorts them. */
  readonly samples: Sample[];
  /** Ascending by index; only classes with pictures. */
  readonly classes: BenchmarkClass[];
  readonly ignored: Ignored[];
}

/** A folder of pictures that show a feature of a class and not the class. */
interface FeatureFolder {
  readonly name: string;
  readonly classIndex: number;
  /** null in a folder that is named after its class. */
  readonly eigenIndex: number | null;
  readonly pictures: string[];
}

const LAYOUT = `  DIR/[spurious_imagenet/][images/]
    class_spurious_094_hummingbird_comp_1/   (third field the class index, last the eigen index)
      16eff52dc708ac72.jpg ...
  or your own pictures in folders named after a class: n01833805/, hummingbird/ or 94/`;

/** Places below the folder given, the data set's own first. */
const PLACES = [
  "spurious_imagenet/images",
  "spurious_imagenet",
  "spurious/images",
  "spurious",
  "images",
  "images_100_classes",
  ".",
];

/** Features of the two published versions; the first paper had 40. */
const V1_FEATURES = 40;

/**
 * Finds the spurious pictures and their classes.
 * @param data the data set's folder, its `images`, or a folder that holds `spurious_imagenet`
 * @throws DATA_NOT_FOUND, DATA_LAYOUT: no such folders, or one with pictures whose class is not known
 */
export async function readSpuriousSet(data: PictureTree, classMap: ClassMap): Promise<SpuriousSet> {
  const content = await findFeatureFolders(data, classMap);
  const ignored: Ignored[] = content.ignored.map((entry) => ({ split: "spurious", ...entry }));
  for (const picture of content.pictures) {
    ignored.push({ split: "spurious", path: picture, reason: "picture outside a feature folder" });
  }
  const features: FeatureFolder[] = [];
  const problems: string[] = [];
  const listings = await Promise.all(
    content.folders.map((name) => listPictures(content.tree.within(name))),
  );
  for (const [at, name] of content.folders.entries()) {
    const { pictures, ignored: inside } = listings[at] ?? { pictures: [], ignored: [] };
    ignored.push(
      ...inside.map(
        ({ path, reason }): Ignored => ({
          split: "spurious",
          path: `${name}/${path}`,
          reason,
        }),
      ),
    );
    if (pictures.length === 0) {
      ignored.push({ split: "spurious", path: name, reason: "folder without pictures" });
      continue;
    }
    const target = resolveFolder(name, classMap);
    if ("problem" in target) {
      problems.push(`${name} (${target.problem})`);
    } else {
      features.push({ name, pictures, ...target });
    }
  }
  if (problems.length > 0) {
    throw new SpuriousError(
      "DATA_LAYOUT",
      `feature folders without a known class: ${content.tree.root}: expected a class of ` +
        `${classMap.name} in every folder name, got ${firstFew(problems)}`,
      { input: content.tree.root, hint: `rename or remove them; expected layout:\n${LAYOUT}` },
    );
  }
  if (features.length === 0) {
    throw layoutError(
      "spurious pictures not found",
      "pictures in feature folders",
      content,
      LAYOUT,
    );
  }
  return {
    tree: content.tree,
    layout: publishedLayout(features),
    samples: features.flatMap((feature) => samplesOf(content.tree, feature)),
    classes: pooledClasses(features),
    ignored,
  };
}

/**
 * Class and eigen index in a published folder name, read as the original does: split at `_`, third
 * field and last field. null when the name is not of that form.
 */
export function parseFeatureFolder(
  name: string,
): { classIndex: number; eigenIndex: number } | null {
  const fields = name.split("_");
  const third = fields[2] ?? "";
  const last = fields.at(-1) ?? "";
  // With three fields one number would have to be both.
  return fields.length > 3 && /^\d+$/.test(third) && /^\d+$/.test(last)
    ? { classIndex: Number(third), eigenIndex: Number(last) }
    : null;
}

/** The first place with a folder that names a feature or a class. */
async function findFeatureFolders(data: PictureTree, classMap: ClassMap): Promise<FolderContent> {
  const given = await data.content();
  const found = await findFolder(data, PLACES, ({ folders }) =>
    folders.some(
      (name) => parseFeatureFolder(name) !== null || classesNamed(classMap, name).length > 0,
    ),
  );
  if (found !== null) return found;
  throw layoutError("spurious pictures not found", "feature folders", given, LAYOUT);
}

function resolveFolder(
  name: string,
  classMap: ClassMap,
): { classIndex: number; eigenIndex: number | null } | { problem: string } {
  const feature = parseFeatureFolder(name);
  if (feature !== null) {
    return classMap.classes.some(({ index }) => index === feature.classIndex)
      ? feature
      : { problem: `class ${feature.classIndex} is not in ${classMap.name}` };
  }
  const named = classesNamed(classMap, name);
  const [only] = named;
  if (only === undefined) {
    return { problem: "names no class" };
  }
  return named.length === 1
    ? { classIndex: only.index, eigenIndex: null }
    : { problem: `may be ${describeClasses(named)}` };
}

function samplesOf(tree: PictureTree, { name, pictures, classIndex }: FeatureFolder): Sample[] {
  return pictures.map((picture) => {
    const path = `${name}/${picture}`;
    return { source: new TreePicture(tree, path), path, split: "spurious", classIndex };
  });
}

/** Two feature folders of one class count as one class. */
function pooledClasses(features: readonly FeatureFolder[]): BenchmarkClass[] {
  const components = new Map<number, number[]>();
  for (const { classIndex, eigenIndex } of features) {
    const known = components.get(classIndex) ?? [];
    components.set(classIndex, eigenIndex === null ? known : [...known, eigenIndex]);
  }
  return [...components]
    .map(([index, eigenIndices]) => ({ index, components: eigenIndices }))
    .sort((a, b) => a.index - b.index);
}

/** The published versions have no mark of their own: they are known by their features. */
function publishedLayout(features: readonly FeatureFolder[]): SpuriousSet["layout"] {
  const classes = new Set(features.map(({ classIndex }) => classIndex));
  if (features.some(({ eigenIndex }) => eigenIndex === null)) {
    return "own";
  }
  const v2 = benchmarkFeatures();
  if (features.length === v2.length && v2.every((feature) => classes.has(feature.class))) {
    return "spurious-imagenet-v2";
  }
  return features.length === V1_FEATURES ? "spurious-imagenet-v1" : "own";
}
