import { basename, join } from "node:path";

import { SpuriousError } from "../errors.js";
import type { FilePlace, PictureTree } from "../sources/picture-tree.js";
import { devkitPlace } from "./devkit-archive.js";
import { readMatFile } from "./mat-file.js";
import { compareCodePoints } from "./order.js";

/** Classes of the pictures of a flat validation folder. */
export interface GroundTruth {
  /** The file that was used. */
  readonly file: string;
  /** WordNet id by picture name; a picture that the file does not list is missing. */
  readonly wnids: ReadonlyMap<string, string>;
}

export const GROUND_TRUTH_FILES = [
  "LOC_val_solution.csv",
  "imagenet_2012_validation_synset_labels.txt",
  "ILSVRC2012_validation_ground_truth.txt",
  "ILSVRC2015_clsloc_validation_ground_truth.txt",
];
/** What tells the WordNet id of each of the development kit's own numbers 1..1000. */
const ID_FILES = ["meta.mat", "map_clsloc.txt", "ILSVRC2012_mapping.txt"];

/** Where the files lie as unpacked, from the pictures' folder and from each of those above it. */
const PLACES = [
  "",
  "data",
  "devkit/data",
  "ILSVRC2012_devkit_t12",
  "ILSVRC2012_devkit_t12/data",
  "ILSVRC/devkit/data",
];

const WNID = /^n\d{8}$/;

/**
 * Looks for a ground truth file beside, below `data` or above a flat folder of pictures.
 * @param pictures the folder's pictures
 * @returns null when there is none
 * @throws DATA_LAYOUT the file is damaged, does not fit, or its numbers cannot be translated
 */
export async function findGroundTruth(
  tree: PictureTree,
  pictures: readonly string[],
): Promise<GroundTruth | null> {
  const places = searchPlaces(tree);
  const found = await firstFile(places, GROUND_TRUTH_FILES);
  if (found === null) {
    return null;
  }
  const { file } = found;
  const text = found.bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (file.endsWith(".csv")) {
    return { file, wnids: parseSolution(text, file, pictures) };
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === "") {
    lines.pop();
  }
  const wnidOfLine = await lineTranslator(lines, file, [found.place, ...places]);
  const lineOf = pictureLines(pictures, lines.length, file);
  return {
    file,
    wnids: new Map([...lineOf].map(([picture, line]) => [picture, wnidOfLine(line)])),
  };
}

/** Rows `ILSVRC2012_val_00048981,n03995372 85 1 499 272 ...`: all boxes show the one class. */
function parseSolution(
  text: string,
  file: string,
  pictures: readonly string[],
): Map<string, string> {
  const wnids = new Map<string, string>();
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const [, id, wnid] = /^"?([^",]+)"?,"?(n\d{8})\b/.exec(row) ?? [];
    if (id !== undefined && wnid !== undefined) {
      wnids.set(id, wnid);
    } else if (at > 0 && row.trim() !== "") {
      throw unusable(file, 'rows "ImageId,n01440764 ..."', `"${row}" in line ${at + 1}`);
    }
  }
  const listed = pictures.flatMap((picture): [string, string][] => {
    const wnid = wnids.get(stem(picture));
    return wnid === undefined ? [] : [[picture, wnid]];
  });
  return new Map(listed);
}

/** Makes a line of a ground truth file into a WordNet id. */
async function lineTranslator(
  lines: readonly string[],
  file: string,
  places: readonly FilePlace[],
): Promise<(line: number) => string> {
  if (lines.every((line) => WNID.test(line))) {
    return (line) => lines[line] as string;
  }
  const ids = await readIds(file, places);
  const wnids = lines.map((line, at) => {
    const wnid = /^\d+$/.test(line) ? ids.wnids.get(Number(line)) : undefined;
    if (wnid === undefined) {
      const expected = `in every line one of the ${ids.wnids.size} numbers of ${ids.file}`;
      throw unusable(file, expected, `"${line}" in line ${at + 1}`);
    }
    return wnid;
  });
  return (line) => wnids[line] as string;
}

/**
 * Line i belongs to the i-th picture by name. In part of the set the number in the name tells the
 * line, as long as the file has that many.
 */
function pictureLines(
  pictures: readonly string[],
  lines: number,
  file: string,
): Map<string, number> {
  const numbers = pictures.map((name) => Number(/_val_(\d+)$/.exec(stem(name))?.[1] ?? Number.NaN));
  if (numbers.every((number) => number >= 1 && number <= lines)) {
    return new Map(pictures.map((name, at) => [name, (numbers[at] as number) - 1]));
  }
  if (pictures.length === lines) {
    return new Map([...pictures].sort(compareCodePoints).map((name, line) => [name, line]));
  }
  const odd = pictures[numbers.findIndex((number) => !(number >= 1 && number <= lines))] as string;
  const expected = `ILSVRC2012_val_00000001.JPEG and so on, at most its ${lines} lines`;
  throw unusable(file, `pictures named ${expected}`, `${odd} among ${pictures.length} pictures`);
}

/** WordNet ids by the development kit's numbers. These are not in alphabetical order. */
async function readIds(
  groundTruth: string,
  places: readonly FilePlace[],
): Promise<{ file: string; wnids: ReadonlyMap<number, string> }> {
  const found = await firstFile(places, ID_FILES);
  if (found === null) {
    throw new SpuriousError(
      "DATA_LAYOUT",
      `ground truth not usable: ${groundTruth}: expected meta.mat of the development kit beside ` +
        "it (its numbers 1..1000 have an order of their own), got none",
      {
        input: groundTruth,
        hint:
          "put meta.mat of ILSVRC2012_devkit_t12 or a map_clsloc.txt (lines: n02119789 1 kit_fox) " +
          "beside it, or use LOC_val_solution.csv",
      },
    );
  }
  const { file, bytes } = found;
  const wnids = file.endsWith(".mat") ? idsOfMeta(bytes, file) : idsOfList(bytes, file);
  return { file: basename(file), wnids };
}

function idsOfMeta(bytes: Buffer, file: string): Map<number, string> {
  const synsets = readMatFile(bytes, file).get("synsets");
  const wnids = new Map<number, string>();
  for (const synset of Array.isArray(synsets) ? synsets : []) {
    if (typeof synset === "number") {
      break;
    }
    const { ILSVRC2012_ID: id, WNID: wnid, num_children: children } = synset;
    const leaf = !Array.isArray(children) || children[0] === 0;
    if (leaf && Array.isArray(id) && typeof id[0] === "number" && typeof wnid === "string") {
      wnids.set(id[0], wnid);
    }
  }
  if (wnids.size === 0) {
    throw unusable(file, "a struct array synsets with ILSVRC2012_ID and WNID", "none");
  }
  return wnids;
}

function idsOfList(bytes: Buffer, file: string): Map<number, string> {
  const wnids = new Map<number, string>();
  for (const line of bytes.toString("utf8").split(/\r?\n/)) {
    const [first = "", second = ""] = line.trim().split(/\s+/);
    if (first === "") {
      continue;
    }
    const [wnid, id] = WNID.test(first) ? [first, second] : [second, first];
    if (!WNID.test(wnid) || !/^\d+$/.test(id)) {
      throw unusable(file, 'lines "n02119789 1 kit_fox"', `"${line}"`);
    }
    wnids.set(Number(id), wnid);
  }
  return wnids;
}

function searchPlaces(tree: PictureTree): FilePlace[] {
  return tree.surroundings().flatMap((start) => [
    ...PLACES.map((place) => ({
      path: within(start.path, place),
      file: (name: string) => start.file(join(place, name)),
    })),
    devkitPlace(start),
  ]);
}

async function firstFile(
  places: readonly FilePlace[],
  names: readonly string[],
): Promise<{ file: string; place: FilePlace; bytes: Buffer } | null> {
  for (const place of places) {
    for (const name of names) {
      const file = within(place.path, name);
      const bytes = await place.file(name).catch((error: NodeJS.ErrnoException) => {
        if (error instanceof SpuriousError) throw error;
        throw unusable(file, "a file that can be read", error.code ?? error.message);
      });
      if (bytes !== null) return { file, place, bytes };
    }
  }
  return null;
}

/** Of a path or a URL. */
function within(path: string, name: string): string {
  return name === "" ? path : `${path}/${name}`;
}

function stem(name: string): string {
  return name.replace(/\.[^.]*$/, "");
}

function unusable(file: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "DATA_LAYOUT",
    `ground truth not usable: ${file}: expected ${expected}, got ${got}`,
    { input: file },
  );
}
