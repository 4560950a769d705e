import { SpuriousError } from "../errors.js";
import { readPcaIndex } from "./pca-index.js";

/**
 * The class of a PCA that a text means: its index, WordNet id or label.
 * @throws USAGE_INVALID none or several; ARTEFACT_INVALID
 */
export async function resolvePcaClass(folder: string, text: string): Promise<number> {
  const { classes } = await readPcaIndex(folder);
  const fold = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, " ");
  const wanted = fold(text.trim());
  const found = classes.filter(({ index, wnid, label }) =>
    [String(index), String(index).padStart(3, "0"), wnid, label].some(
      (name) => fold(name) === wanted,
    ),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.index;
  const listed = (found.length > 1 ? found : classes)
    .slice(0, 20)
    .map(({ index, label }) => `${String(index)} ${label}`);
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing a class: ${text}: expected one of the PCA's classes (${listed.join(", ")}), got ${found.length > 1 ? "several" : "another"}`,
    { input: text },
  );
}
