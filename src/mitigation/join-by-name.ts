import { artefactInvalid } from "../artefacts/invalid.js";

export interface SkippedPicture {
  readonly path: string;
  readonly message: string;
}

export interface JoinedRows {
  /** Row of the PCA by training picture, as both are named. */
  readonly rows: ReadonlyMap<string, number>;
  /** Training pictures that the PCA lists as skipped. */
  readonly without: readonly SkippedPicture[];
}

/** What the PCA knows of a picture: its row, or why it has none. */
type Known = { readonly row: number } | { readonly message: string };

/**
 * Names of a picture, the most telling first: its path; its path within the class's folder, which
 * may be named otherwise elsewhere; the file's own name.
 */
const NAMES: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.slice(path.indexOf("/") + 1),
  (path) => path.slice(path.lastIndexOf("/") + 1),
];
const WHAT = "joining alphas by image name";

/**
 * Finds the PCA's row of each training picture of a class: by the first of its names under which
 * exactly one picture is known on both sides.
 * @param place what messages call the class of the PCA
 * @param images of the PCA's rows @param skipped what the PCA could not read
 * @param pictures all training pictures of the class
 * @throws ARTEFACT_INVALID a picture is not known, or cannot be told from another one
 */
export function joinByName(
  place: string,
  images: readonly string[],
  skipped: readonly SkippedPicture[],
  pictures: readonly string[],
): JoinedRows {
  const known: (readonly [path: string, known: Known])[] = [
    ...images.map((path, row) => [path, { row }] as const),
    ...skipped.map(({ path, message }) => [path, { message }] as const),
  ];
  const tables = NAMES.map((nameOf) => ({
    nameOf,
    there: groupBy(known, ([path]) => nameOf(path)),
    here: groupBy(pictures, nameOf),
  }));
  const rows = new Map<string, number>();
  const without: SkippedPicture[] = [];
  for (const picture of pictures) {
    const found = tables
      .filter(({ nameOf, here }) => here.get(nameOf(picture))?.length === 1)
      .map(({ nameOf, there }) => there.get(nameOf(picture)))
      .find((group) => group?.length === 1)?.[0]?.[1];
    if (found === undefined) throw unknown(place, picture, tables);
    if ("row" in found) rows.set(picture, found.row);
    else without.push({ path: picture, message: found.message });
  }
  if (rows.size > 0) return { rows, without };
  throw artefactInvalid(WHAT, place, "alphas of training images", "none", HINT);
}

const HINT = { hint: "fit the PCA on the same training images" };

function unknown(
  place: string,
  picture: string,
  tables: readonly {
    readonly nameOf: (path: string) => string;
    readonly here: ReadonlyMap<string, readonly string[]>;
    readonly there: ReadonlyMap<string, readonly (readonly [string, Known])[]>;
  }[],
): Error {
  for (const { nameOf, here, there } of tables) {
    const name = nameOf(picture);
    const others = there.get(name)?.map(([path]) => path) ?? [];
    const own = here.get(name) ?? [];
    if (others.length === 0 || (others.length === 1 && own.length === 1)) continue;
    const several = others.length > 1 ? others : own;
    const got = `${name}, which names ${several.slice(0, 2).join(" and ")}`;
    return artefactInvalid(WHAT, place, "names that tell the training images apart", got, HINT);
  }
  const expected = "an alpha of every training image";
  return artefactInvalid(WHAT, place, expected, `none of ${picture}`, HINT);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
