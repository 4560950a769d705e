import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { classesNamed, describeClasses } from "../imagenet/find-class.js";
import {
  type FolderContent,
  listPictures,
  type NameAndReason,
  type PictureTree,
} from "../sources/picture-tree.js";

/** The pictures of one class folder. */
export interface ClassFolder {
  readonly classIndex: number;
  readonly name: string;
  /** Relative to the folder above, with `/`, in code point order. */
  readonly pictures: string[];
}

export interface ClassFolders {
  readonly folders: ClassFolder[];
  /** Relative to the folder above. */
  readonly ignored: NameAndReason[];
  /** Folders of other classes, or of none. */
  readonly outside: number;
}

export function hasClassFolders(content: FolderContent, classMap: ClassMap): boolean {
  return content.folders.some((name) => classesNamed(classMap, name).length > 0);
}

/**
 * Reads the folders that are named after wanted classes.
 * @param what what the pictures are, for messages: "validation"
 * @param layout example of the expected layout, shown as the hint
 * @throws DATA_LAYOUT two folders of one class, an ambiguous name, an index that no class has
 */
export async function readClassFolders(
  content: FolderContent,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
  { what, layout }: { readonly what: string; readonly layout: string },
): Promise<ClassFolders> {
  const nameOf = new Map<number, string>();
  for (const name of content.folders) {
    const index = wantedClass(content.tree, name, classMap, wanted, { what, layout });
    if (index === null) continue;
    const other = nameOf.get(index);
    if (other !== undefined) {
      throw new SpuriousError(
        "DATA_LAYOUT",
        `${what} class twice: ${content.tree.root}: expected one folder of class ${index}, ` +
          `got ${other} and ${name}`,
        { input: content.tree.root },
      );
    }
    nameOf.set(index, name);
  }
  const ignored = [...content.ignored];
  const listed = await Promise.all(
    [...nameOf].map(async ([classIndex, name]) => ({
      classIndex,
      name,
      listing: await listPictures(content.tree.within(name)),
    })),
  );
  const folders = listed.map(({ classIndex, name, listing }) => {
    for (const { path, reason } of listing.ignored) {
      ignored.push({ path: `${name}/${path}`, reason });
    }
    return { classIndex, name, pictures: listing.pictures.map((picture) => `${name}/${picture}`) };
  });
  return { folders, ignored, outside: content.folders.length - nameOf.size };
}

/** The wanted class that a folder names, or null when it names another one or none. */
function wantedClass(
  tree: PictureTree,
  name: string,
  classMap: ClassMap,
  wanted: ReadonlySet<number>,
  { what, layout }: { readonly what: string; readonly layout: string },
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
      `${what} folder without a known class: ${tree.root}: expected ${expected}, got ${name}`,
      { input: tree.nameOf(name), hint: `expected layout:\n${layout}` },
    );
  }
  const [only] = named;
  return only !== undefined && wanted.has(only.index) ? only.index : null;
}
