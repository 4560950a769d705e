import { changedPictures } from "../comparison/changed-pictures.js";
import { comparePage } from "../comparison/compare-page.js";
import { leaderboardPage } from "../comparison/leaderboard-page.js";
import { evidencePage } from "../evidence/page.js";
import { writtenMinePage } from "../mining/written-page.js";
import { fixPage } from "../mitigation/fix-page.js";
import { pcaPage } from "../pca/pca-page.js";
import { readImageRows } from "../results/read-eval-result.js";
import type { ImageSource } from "../sources/image-source.js";
import { openIfPresent } from "../sources/open-tree.js";
import { TreePicture } from "../sources/picture-tree.js";
import type { AnyResult } from "./any-result.js";
import { evalReport, type ImageKey } from "./eval-report.js";
import { textOf } from "./names.js";
import { chooseReportImages, makeThumbnails } from "./thumbnails.js";

/** Name of the page beside each kind of result. */
export const PAGE_NAMES = {
  eval: "report.html",
  fix: "report.html",
  comparison: "compare.html",
  leaderboard: "leaderboard.html",
  mine: "report.html",
  pca: "report.html",
  evidence: "index.html",
} as const satisfies Record<AnyResult["kind"], string>;

export interface ResultPage {
  readonly html: string;
  /** Pictures that the page would show and that are not in the data folders any more. */
  readonly gone: number;
}

/**
 * The HTML page of a result, with the pictures that the data folders it names still hold.
 * @throws RESULT_INVALID images.csv of an `eval` result is missing or damaged; CANCELLED
 */
export async function resultPage(result: AnyResult, signal?: AbortSignal): Promise<ResultPage> {
  switch (result.kind) {
    case "eval":
      return evalPage(result, signal);
    case "fix":
      return { html: fixPage(result.evaluation), gone: 0 };
    case "comparison": {
      const pictures = await changedPictures(result.comparison, signal);
      return { html: comparePage(result.comparison, pictures), gone: pictures.gone.length };
    }
    case "leaderboard":
      return { html: leaderboardPage(result.board.rows), gone: 0 };
    case "mine":
      return writtenMinePage(result.folder, result.mined, signal);
    case "pca":
      return { html: await pcaPage(result.folder, result.index), gone: 0 };
    case "evidence":
      return { html: evidencePage(result.documents), gone: 0 };
  }
}

async function evalPage(
  { folder, result }: AnyResult & { readonly kind: "eval" },
  signal: AbortSignal | undefined,
): Promise<ResultPage> {
  const rows = await readImageRows({ folder });
  const { data } = result.provenance;
  const [val, spurious] = [textOf(data, "val"), textOf(data, "spurious")];
  // Given probabilities have no pictures.
  if (val === null || spurious === null) return { html: evalReport(result, rows), gone: 0 };
  const trees = {
    val: await openIfPresent(val),
    spurious: await openIfPresent(spurious),
  };
  const sourceOf = ({ split, path }: ImageKey): ImageSource | undefined => {
    const tree = trees[split];
    return tree === null ? undefined : new TreePicture(tree, path);
  };
  const chosen = chooseReportImages(result, rows);
  const images = await makeThumbnails(chosen, sourceOf, signal);
  const gone = chosen.filter((row) => images.thumbnailOf(row) === null).length;
  const html = evalReport(result, rows, gone < chosen.length ? images : undefined);
  return { html, gone };
}
