import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isStoredArray, loadArray } from "../artefacts/arrays.js";
import type { DenseData } from "../artefacts/dense.js";
import { artefactInvalid } from "../artefacts/invalid.js";
import { describe, type PickleDict, type PickleValue } from "../artefacts/pickle-values.js";
import { TorchFile } from "../artefacts/torch-file.js";
import { SpuriousError } from "../errors.js";
import { spuriousComponents } from "../imagenet/facts.js";
import { sha256File } from "../models/sha256.js";
import type { Discovery, DiscoveryAlphas, DiscoveryProvenance } from "./discovery-alphas.js";

/** Said wherever alphas come without the names of their images. */
export const POSITION_RISK =
  "alphas without image names are joined by position: row i is taken for the i-th training image in " +
  "the order of file names; other images, or another order, give wrong results and no error";

/** `spurious_alphas_train_094.pt`: the number at the end is the class. */
const FILE_NAME = /(?:^|[^\d])(\d{1,4})\.(?:pt|pth)$/;
const WHAT = "reading alphas";

/** One column of alphas: a value for each training image. */
interface Column {
  readonly data: DenseData;
  readonly stride: number;
  readonly offset: number;
}

/**
 * The original's alphas: a folder of files of torch.save, one for each class, that hold alpha of
 * the class's training images in the order of their names.
 *
 * A file holds an array of PyTorch or NumPy [N, W]. Its columns are eigen indices, as the original's
 * code reads them; but where W is the number of the class's labelled components and no more than
 * their largest, they are those, in the order of data/spurious_components.json. Or it holds [N], of
 * a class with one labelled component; or a dictionary of eigen index -> [N].
 */
export class AlphaFiles implements Discovery {
  readonly provenance: DiscoveryProvenance;

  private constructor(
    folder: string,
    /** Path by class index. */
    private readonly files: ReadonlyMap<number, string>,
  ) {
    this.provenance = { folder, joinedBy: "position", model: null };
  }

  /** Null where the folder has no such files. @throws ARTEFACT_INVALID two files of one class */
  static async openIfPresent(folder: string): Promise<AlphaFiles | null> {
    const names = await readdir(folder).catch((): string[] => []);
    const files = new Map<number, string>();
    for (const name of names.sort()) {
      const number = FILE_NAME.exec(name)?.[1];
      if (number === undefined) continue;
      const known = files.get(Number(number));
      if (known !== undefined) {
        throw artefactInvalid(WHAT, folder, `one file of class ${number}`, `${known} and ${name}`);
      }
      files.set(Number(number), join(folder, name));
    }
    return files.size === 0 ? null : new AlphaFiles(folder, files);
  }

  async of(
    classIndex: number,
    components: readonly number[],
    pictures: readonly string[],
  ): Promise<DiscoveryAlphas> {
    const path = this.#fileOf(classIndex);
    await using file = await TorchFile.open(path);
    const { columns, rows } = await readColumns(path, file.value, classIndex, components);
    requireCount(path, rows, pictures);
    const positions = new Map(pictures.map((picture, position) => [picture, position]));
    return {
      without: [],
      rowsOf: (images) => images.map((image) => positions.get(image) ?? -1),
      at: (row, component) => {
        const { data, stride, offset } = columns[component] as Column;
        return Number(data[row * stride + offset]);
      },
    };
  }

  hashOf(classIndex: number): Promise<string> {
    return sha256File(this.#fileOf(classIndex));
  }

  #fileOf(classIndex: number): string {
    const path = this.files.get(classIndex);
    if (path !== undefined) return path;
    const { folder } = this.provenance;
    throw new SpuriousError(
      "USAGE_INVALID",
      `${WHAT}: ${folder}: expected a file of class ${String(classIndex)}, such as spurious_alphas_train_${String(classIndex).padStart(3, "0")}.pt, got none`,
      { input: folder, hint: "leave the class out of --components, or add its file" },
    );
  }
}

function requireCount(path: string, rows: number, pictures: readonly string[]): void {
  if (rows === pictures.length) return;
  throw artefactInvalid(
    "joining alphas by position",
    path,
    `alphas of ${String(pictures.length)} training images`,
    `${String(rows)} rows`,
    { hint: "the training folder needs exactly the images that the alphas were made from" },
  );
}

async function readColumns(
  path: string,
  value: PickleValue,
  classIndex: number,
  components: readonly number[],
): Promise<{ columns: readonly Column[]; rows: number }> {
  if (value instanceof Map) return readNamedColumns(path, value, components);
  const { data, shape } = await loadAlphas(path, value);
  const [rows = 0, width = 1] = shape;
  const labelled = spuriousComponents()[String(classIndex)] ?? components;
  const places = columnsOf(width, labelled, components);
  const columns = places?.map((offset) => ({ data, stride: width, offset }));
  if (shape.length > 2 || columns === undefined) {
    throw artefactInvalid(
      WHAT,
      path,
      `alphas [N, ${String(labelled.length)}] of the components ${labelled.join(", ")}, or more columns than the largest eigen index, for ${components.join(", ")}`,
      `[${shape.join(", ")}]`,
    );
  }
  return { columns, rows };
}

/** Which column each component has; undefined where the width fits neither reading. */
function columnsOf(
  width: number,
  labelled: readonly number[],
  components: readonly number[],
): readonly number[] | undefined {
  const isOfLabelled = width === labelled.length && width <= Math.max(...labelled);
  if (!isOfLabelled && width > Math.max(...components)) return components;
  const places = components.map((component) => labelled.indexOf(component));
  return isOfLabelled && !places.includes(-1) ? places : undefined;
}

async function readNamedColumns(
  path: string,
  dict: PickleDict,
  components: readonly number[],
): Promise<{ columns: readonly Column[]; rows: number }> {
  const loaded = await Promise.all(
    components.map((component) =>
      loadAlphas(path, dict.get(component) ?? dict.get(String(component))),
    ),
  );
  const rows = loaded[0]?.data.length ?? 0;
  const other = loaded.find(({ data }) => data.length !== rows);
  if (other !== undefined) {
    const got = `[${other.shape.join(", ")}]`;
    throw artefactInvalid(WHAT, path, `${String(rows)} alphas of every component`, got);
  }
  return { columns: loaded.map(({ data }) => ({ data, stride: 1, offset: 0 })), rows };
}

async function loadAlphas(path: string, value: PickleValue | undefined) {
  if (isStoredArray(value) && value.shape.length > 0) return loadArray(value);
  throw artefactInvalid(WHAT, path, "an array of alphas for every component", describe(value));
}
