import { join, parse } from "node:path";
import { SpuriousError } from "../errors.js";
import { writeFileAtomic } from "../results/atomic.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { VERSION } from "../version.js";
import { plainFileName } from "./copy-images.js";
import { readKeptImages, type ReviewCounts } from "./kept-images.js";
import { type MineResult, readMineResult } from "./mine-result.js";
import { MinedImages } from "./mined-images.js";

export interface ExportBenchmarkRequest extends ResultFolderOptions {
  /** Result folder of `mine`. */
  readonly mine: string;
  readonly to: string;
  /**
   * "all", a review, or a text file of the ids that a person kept (see readKeptImages); default: the
   * review in the result folder.
   */
  readonly keep?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The document of export.json and of `mine export --json`. */
export interface ExportedBenchmark {
  readonly schema: "spurious-native/mine-export/1";
  readonly folders: readonly {
    /** Within the benchmark folder. */
    readonly path: string;
    readonly class: number;
    readonly eigenIndex: number;
    readonly images: readonly {
      readonly name: string;
      readonly id: string;
      readonly alpha: number;
    }[];
  }[];
  /** What the review says, in images of the lists; null where there is none. */
  readonly review: ReviewCounts | null;
  readonly provenance: Readonly<Record<string, unknown>>;
}

/**
 * Writes mined images that a person has looked at as a benchmark in the published layout, which
 * `eval --data` reads: images/class_spurious_KKK_LABEL_comp_L/.
 * @throws RESULT_INVALID, USAGE_INVALID (an id that was not mined, or nothing kept), ARTEFACT_INVALID,
 *   RESUME_MISMATCH a review of other images, DATA_NOT_FOUND, IMAGE_UNREADABLE an image is gone,
 *   OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function exportBenchmark(request: ExportBenchmarkRequest): Promise<ExportedBenchmark> {
  const { folder: source, result } = await readMineResult(request.mine);
  const kept = await readKeptImages(source, result, request.keep);
  await using folder = await ResultFolder.open(request.to, request);
  const mined = new MinedImages(source, result);
  const folders: ExportedBenchmark["folders"][number][] = [];
  for (const { eigenIndex, top } of result.components) {
    const chosen = top.filter(({ pool, id }) => kept.has({ component: eigenIndex, pool, id }));
    if (chosen.length === 0) continue;
    const path = `images/${featureFolder(result, eigenIndex)}`;
    const taken = new Set<string>();
    const images: { name: string; id: string; alpha: number }[] = [];
    for (const image of chosen) {
      if (request.signal?.aborted === true) {
        throw new SpuriousError("CANCELLED", "the work was stopped between two images");
      }
      const bytes = await mined.require(image);
      const name = freeName(plainFileName(image.id, bytes), taken);
      await writeFileAtomic(join(folder.path, path, name), bytes);
      images.push({ name, id: image.id, alpha: image.alpha });
    }
    folders.push({ path, class: result.class.index, eigenIndex, images });
  }
  const document: ExportedBenchmark = {
    schema: "spurious-native/mine-export/1",
    folders,
    review: kept.review,
    provenance: {
      version: VERSION,
      mine: source,
      keep: kept.source,
      settings: result.settings,
      made: new Date().toISOString(),
    },
  };
  await folder.complete([
    { name: "export.json", content: `${JSON.stringify(document, null, 2)}\n` },
  ]);
  return document;
}

/** As published: the class index in the third field, the eigen index in the last. */
function featureFolder({ class: { index, label } }: MineResult, eigenIndex: number): string {
  const name = label.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
  const number = String(index).padStart(3, "0");
  return `class_spurious_${number}_${name === "" ? "class" : name}_comp_${String(eigenIndex)}`;
}

/** Images of different folders may have one name. */
function freeName(wanted: string, taken: Set<string>): string {
  const { name, ext } = parse(wanted);
  let free = wanted;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${name}-${String(i)}${ext}`;
  taken.add(free.toLowerCase());
  return free;
}
