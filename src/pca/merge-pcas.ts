import { copyFiles } from "../cluster/copy-files.js";
import type { ReadMergeRequest } from "../cluster/merge-request.js";
import { foldersOf, incomplete } from "../cluster/part.js";
import { ResultFolder } from "../results/result-folder.js";
import {
  INDEX_NAME,
  isBegunPca,
  type PcaIndex,
  readPcaIndex,
  removePcaIndex,
  writePcaIndex,
} from "./pca-index.js";
import { indexRanges } from "./same-settings.js";

/**
 * One PCA of all classes, from parts of fitPcaPart: that of one run, but for times. The parts stay as
 * they are.
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, ARTEFACT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergePcas(request: ReadMergeRequest): Promise<PcaIndex> {
  const { parts, out, force, signal } = request;
  const indices = await Promise.all(parts.map(({ folder }) => readPcaIndex(folder)));
  const [first] = indices as [PcaIndex];
  const classes = indices.flatMap((one) => one.classes).sort((a, b) => a.index - b.index);
  const [wanted, got] = [first.settings["classes"], indexRanges(classes.map(({ index }) => index))];
  if (wanted !== got) throw incomplete(foldersOf(parts), `classes ${String(wanted)}`, got);
  // Of a merge that was stopped there are files of classes and no index yet.
  const isBegun = (names: readonly string[]) => !names.includes(INDEX_NAME) && isBegunPca(names);
  await using folder = await ResultFolder.open(out, { force, resume: force !== true }, isBegun);
  // An index that is replaced must not name the files of two fits.
  await removePcaIndex(folder.path);
  for (const [i, { folder: part }] of parts.entries()) {
    const names = (indices[i]?.classes ?? []).flatMap((one) => [one.tensors, one.imageNames]);
    await copyFiles(part, folder.path, names, signal);
  }
  const started = indices.map(({ provenance }) => String(provenance["started"])).sort()[0];
  const index = { ...first, classes, provenance: { ...first.provenance, started } };
  await writePcaIndex(folder.path, index);
  return index;
}
