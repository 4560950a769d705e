import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import type { Classifier } from "../models/classifier.js";
import type { PcaIndexClass } from "../pca/pca-index.js";
import { requireSameSettings, type Settings } from "../pca/same-settings.js";
import { removeTemporaries } from "../results/atomic.js";
import { parseJson } from "../results/parse-json.js";
import { JOURNAL_NAME } from "../results/result-folder.js";
import { VERSION } from "../version.js";
import type { AttackedComponent } from "./attack-pool.js";
import { type ClassEvidence, definitionOf } from "./class-evidence.js";
import { EVIDENCE_SCHEMA, type EvidenceDocument } from "./evidence-file.js";

/** In a class's folder; written last, so that where it is the class is complete. */
export const DOCUMENT_NAME = "evidence.json";

/** What decides the content of a class's evidence. */
export interface ClassSettings extends Settings {
  readonly eps: number;
  readonly steps: number;
  readonly seed: number;
}

/** @param ranked all attacked components, by rank */
export function classDocument(
  entry: PcaIndexClass,
  classifier: Classifier,
  settings: ClassSettings,
  ranked: readonly AttackedComponent[],
  evidence: ClassEvidence,
): EvidenceDocument {
  const info = classifier.classMap.classes.find((one) => one.index === entry.index);
  const { eps, steps, seed } = settings;
  return {
    schema: EVIDENCE_SCHEMA,
    class: entry.index,
    wnid: entry.wnid,
    label: entry.label,
    synonyms: info?.synonyms ?? entry.label,
    definition: definitionOf(entry.wnid),
    images: entry.images,
    rank: entry.rank,
    components: evidence.components,
    pool: ranked.map(({ eigenIndex, alpha, confidence, objective }, rank) => ({
      rank,
      eigenIndex,
      alpha,
      confidence,
      objective,
    })),
    totalVariance: entry.totalVariance,
    attack: {
      eps,
      steps,
      seed,
      size: classifier.inputSize.value,
      graph: ranked[0]?.graph ?? "frozen",
      dtype: classifier.engine.dtype,
    },
    cam: evidence.cam,
    settings,
    provenance: { version: VERSION, ...classifier.provenance(), made: new Date().toISOString() },
  };
}

/** Names of the pictures that a class's document shows, in its folder. */
export function picturesOf({ components }: EvidenceDocument): string[] {
  return components.flatMap(({ attackImage, attackCam, attackHeatMap, sheet, top, least }) => [
    ...[attackImage, attackCam, attackHeatMap, sheet],
    ...[...top, ...least].flatMap(({ image, cam, heatMap }) => [image, cam, heatMap]),
  ]);
}

/**
 * The document of a class that is complete; null where there is none yet, or a picture of it is not
 * there.
 * @throws RESUME_MISMATCH it was made with other settings, or is no such document
 */
export async function readFinished(
  folder: string,
  settings: ClassSettings,
): Promise<EvidenceDocument | null> {
  const path = join(folder, DOCUMENT_NAME);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const document = parse(text);
  if (document?.schema !== EVIDENCE_SCHEMA) {
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `resuming evidence: ${path}: expected schema ${EVIDENCE_SCHEMA}, got ${document?.schema ?? "none"}`,
      { input: path },
    );
  }
  requireSameSettings("resuming evidence", path, settings, document.settings);
  const names = new Set(await readdir(folder));
  return picturesOf(document).every((name) => names.has(name)) ? document : null;
}

/** Takes away what interrupted and replaced runs left in a complete class's folder. */
export async function tidyClass(folder: string, document: EvidenceDocument): Promise<void> {
  const kept = new Set(picturesOf(document));
  const names = await readdir(folder);
  const stale = names.filter((name) => /^(component|image)-.*\.png$/.test(name) && !kept.has(name));
  for (const name of [...stale, JOURNAL_NAME]) await rm(join(folder, name), { force: true });
  await removeTemporaries(folder);
}

/** null for what is no JSON: it has no schema either. */
function parse(text: string): EvidenceDocument | null {
  try {
    return parseJson(text) as EvidenceDocument | null;
  } catch {
    return null;
  }
}
