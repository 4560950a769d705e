import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { type ChangedPictures, changedPictures } from "./changed-pictures.js";
import type { Comparison } from "./compare.js";
import { comparePage } from "./compare-page.js";

export interface WriteComparisonOptions extends Pick<ResultFolderOptions, "force"> {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes compare.json and compare.html, with the pictures that the results' data folders still hold.
 * @returns the pictures, and which are gone
 * @throws OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function writeComparison(
  comparison: Comparison,
  out: string,
  { force, signal }: WriteComparisonOptions = {},
): Promise<ChangedPictures> {
  await using folder = await ResultFolder.open(out, { force });
  const pictures = await changedPictures(comparison, signal);
  await folder.complete([
    { name: "compare.html", content: comparePage(comparison, pictures) },
    { name: "compare.json", content: `${JSON.stringify(comparison, null, 2)}\n` },
  ]);
  return pictures;
}
