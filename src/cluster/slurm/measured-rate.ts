import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { resultInvalid } from "../../results/read-document.js";

/** In the folder of a result: of `eval`, of `mine`. */
const DOCUMENTS = ["result.json", "mine.json"] as const;

interface Measured {
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/**
 * Images a second of the run that made a result, without loading and warming up where it says that.
 * @param path the result's folder or document
 * @throws RESULT_INVALID
 */
export async function measuredRate(path: string): Promise<number> {
  const { file, text } = await readResult(path);
  let result: Measured | null;
  try {
    result = JSON.parse(text) as Measured | null;
  } catch (cause) {
    throw resultInvalid(file, "JSON", (cause as Error).message, cause);
  }
  const { steadyImagesPerSecond, imagesPerSecond } = result?.provenance ?? {};
  const rate = steadyImagesPerSecond ?? imagesPerSecond;
  if (typeof rate === "number" && rate > 0) return rate;
  throw resultInvalid(
    file,
    "imagesPerSecond of the run in its provenance",
    JSON.stringify(rate) ?? "none",
  );
}

async function readResult(path: string): Promise<{ file: string; text: string }> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const candidates = isFolder ? DOCUMENTS.map((name) => join(path, name)) : [path];
  for (const file of candidates) {
    const text = await readFile(file, "utf8").catch(() => null);
    if (text !== null) return { file, text };
  }
  throw resultInvalid(path, "a result of `eval` or `mine`", "none");
}
