import { stat } from "node:fs/promises";
import { join } from "node:path";
import { resultInvalid } from "../../results/read-document.js";
import { readResultDocument, type ResultDocument } from "../../results/read-eval-result.js";

/** In the folder of a result: of `eval`, of `mine`. */
const DOCUMENTS = ["result.json", "mine.json"] as const;

/**
 * Images a second of the run that made a result, without loading and warming up where it says that.
 * @param path the result's folder or document
 * @throws RESULT_INVALID
 */
export async function measuredRate(path: string): Promise<number> {
  const { file, document } = await readResult(path);
  const { provenance } = document as { readonly provenance?: Readonly<Record<string, unknown>> };
  const rate = provenance?.["steadyImagesPerSecond"] ?? provenance?.["imagesPerSecond"];
  if (typeof rate === "number" && rate > 0) return rate;
  throw resultInvalid(
    file,
    "imagesPerSecond of the run in its provenance",
    JSON.stringify(rate) ?? "none",
  );
}

async function readResult(path: string): Promise<ResultDocument> {
  for (const file of [path, ...DOCUMENTS.map((name) => join(path, name))]) {
    if ((await stat(file).catch(() => null))?.isFile()) return await readResultDocument(file);
  }
  throw resultInvalid(path, "a result of `eval` or `mine`", "none");
}
