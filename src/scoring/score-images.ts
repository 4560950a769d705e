import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseFeatureFolder } from "../datasets/spurious-imagenet.js";
import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { buildEvalResult, type EvalResult } from "../results/eval-result.js";
import { classesByName, readImageTable } from "../results/images-table.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { writeEvalResult } from "../results/write-eval-result.js";
import { VERSION } from "../version.js";
import type { ImageRow } from "./image-row.js";

export interface ScoreRequest extends ResultFolderOptions {
  /** An images.csv, of this program or of any framework. */
  readonly images: string;
  /** Result folder; nothing is written without one. */
  readonly out?: string | undefined;
  /** The classes that the table names. */
  readonly classMap: ClassMap;
  /** Resamples of the bootstrap; 0 for no intervals. */
  readonly bootstrap: number;
  readonly seed: number;
}

/**
 * The spurious score of given probabilities, without a model; the same files as `eval`.
 * @throws DATA_NOT_FOUND, SCORE_INPUT_INVALID, DATA_CLASS_WITHOUT_VAL, OUTPUT_EXISTS,
 *   OUTPUT_WRITE_FAILED
 */
export async function scoreImages(request: ScoreRequest): Promise<EvalResult> {
  const started = new Date();
  const { images, classMap, bootstrap, seed } = request;
  const bytes = await readTable(images);
  const { rows, lines } = readImageTable(bytes, images, classesByName(classMap));
  const score = (): EvalResult => {
    const result = buildEvalResult({
      rows,
      classMap,
      components: componentsOf(rows),
      nameRow: (i) => `${images}:${String(lines[i])}`,
      provenance: {
        version: VERSION,
        model: null,
        preset: null,
        preprocessing: null,
        decoder: null,
        dtype: null,
        device: null,
        torch: null,
        batch: null,
        seed,
        bootstrap,
        classMap: classMap.name,
        data: { images, sha256: createHash("sha256").update(bytes).digest("hex") },
        started: started.toISOString(),
        seconds: 0,
        imagesPerSecond: null,
      },
    });
    const seconds = (Date.now() - started.getTime()) / 1000;
    return { ...result, provenance: { ...result.provenance, seconds } };
  };
  if (request.out === undefined) return score();
  await using folder = await ResultFolder.open(request.out, request);
  const result = score();
  await writeEvalResult(folder, result, rows, classMap);
  return result;
}

async function readTable(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder" : message;
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `reading the table: ${path}: expected a readable CSV file, got ${got}`,
      { input: path, cause, hint: "give the path of an images.csv; docs/datasets.md describes it" },
    );
  }
}

/** Eigen indices in the names of published feature folders, where paths hold them. */
function componentsOf(rows: readonly ImageRow[]): ReadonlyMap<number, readonly number[]> {
  const folders = new Map<string, number>();
  for (const { split, path, class: index } of rows) {
    const folder = path.split("/").at(-2);
    if (split === "spurious" && folder !== undefined) folders.set(folder, index);
  }
  const components = new Map<number, number[]>();
  for (const [folder, index] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const feature = parseFeatureFolder(folder);
    if (feature?.classIndex !== index) continue;
    components.set(index, [...(components.get(index) ?? []), feature.eigenIndex]);
  }
  return components;
}
