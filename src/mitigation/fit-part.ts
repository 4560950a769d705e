import { join } from "node:path";
import * as t from "typanion";
import type { ReadMergeRequest } from "../cluster/merge-request.js";
import {
  foldersOf,
  incomplete,
  type Part,
  type PartDocument,
  type PlannedWork,
  workOfClasses,
} from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { classesInShard } from "../cluster/shard.js";
import { requireDocument, resultInvalid } from "../results/read-document.js";
import { JOURNAL_NAME, refuseExisting } from "../results/result-folder.js";
import {
  fitClasses,
  type FitProvenance,
  fixOf,
  type PreparedFix,
  type WithoutPlace,
  withPreparedFit,
} from "./fit.js";
import { entryOf, FitJournal, FITTED_SHAPE, type FittedEntry, fittedOf } from "./fit-journal.js";
import { type SpuFix, writeFix } from "./fix-file.js";

const FITTED_SCHEMA = "spurious-native/spufix-part/1";
const FITTED_FILE = "fitted.json";

/** The document of fitted.json: what a part of a fix hands on. */
interface FittedDocument {
  readonly schema: typeof FITTED_SCHEMA;
  readonly modelSha256: string;
  readonly provenance: FitProvenance;
  /** Indices of the classes of all parts. */
  readonly all: readonly number[];
  readonly classes: readonly FittedEntry[];
}

const FITTED_DOCUMENT_SHAPE = t.isPartial({
  modelSha256: t.isString(),
  provenance: t.isPartial({
    missingClasses: t.isArray(t.isPartial({ index: t.isNumber(), label: t.isString() })),
  }),
  all: t.isArray(t.isNumber()),
  classes: t.isArray(FITTED_SHAPE),
});

export type SpuFixFitPartRequest = WithoutPlace & PartPlace;

/**
 * The directions of some of the classes, each of which is whole in one part; mergeFixes makes one fix
 * of all parts. Goes on behind the classes that an earlier attempt has finished.
 * @throws as fitSpuFix; RESUME_MISMATCH the part is there already and was made with other settings
 */
export async function fitSpuFixPart(request: SpuFixFitPartRequest): Promise<PartDocument> {
  const started = Date.now();
  await using folder = await PartFolder.open(request);
  return await withPreparedFit(request, async (prepared) => {
    const { settings, classifier, modelSha256, provenance, plan } = prepared;
    const about = {
      command: "spufix fit",
      settings: { ...settings, ...classifier.rounding },
    } as const;
    const finished = await folder.begin(about);
    if (finished !== null) return finished;
    const classes = classesInShard(
      plan.train.classes,
      folder.shard,
      ({ pictures }) => pictures.length,
    );
    const document: FittedDocument = {
      schema: FITTED_SCHEMA,
      modelSha256,
      provenance,
      all: plan.train.classes.map(({ index }) => index),
      classes: await fit(request, prepared, classes, folder),
    };
    const done = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
    const work = { done, unit: "images", seconds: (Date.now() - started) / 1000 };
    const content = `${JSON.stringify(document)}\n`;
    return await folder.complete([{ name: FITTED_FILE, content }], { ...about, work });
  });
}

/** The journal is closed before its folder gets another name. */
async function fit(
  request: SpuFixFitPartRequest,
  prepared: PreparedFix,
  classes: PreparedFix["train"]["classes"],
  folder: PartFolder,
): Promise<FittedEntry[]> {
  await using journal = await FitJournal.ofPart(
    folder.file(JOURNAL_NAME),
    { ...prepared.settings, shard: folder.shard },
    folder.resume,
  );
  const fitted = await fitClasses(request, prepared, classes, journal);
  return fitted.map(entryOf);
}

/** Training images that all parts together have. @throws as fitSpuFix */
export async function countFixImages(request: WithoutPlace): Promise<PlannedWork> {
  // A machine that only plans may have no other device.
  const here = { ...request, device: "cpu", dtype: "fp32" } as const;
  return await withPreparedFit(here, ({ plan }) =>
    Promise.resolve(workOfClasses(plan.train.classes)),
  );
}

/**
 * One fix, from parts of fitSpuFixPart: that of one run, but for times. The parts stay as they are.
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
 */
export async function mergeFixes({ parts, out, force }: ReadMergeRequest): Promise<SpuFix> {
  await refuseExisting(out, force ?? false);
  const documents = await Promise.all(parts.map(readFitted));
  const [first] = documents as [FittedDocument];
  requireOneWidth(parts, documents);
  const classes = documents.flatMap((one) => one.classes);
  const known = new Set(classes.map(({ index }) => index));
  const lacking = first.all.filter((index) => !known.has(index));
  if (lacking.length > 0) {
    throw incomplete(foldersOf(parts), "all labelled classes", `all but ${lacking.join(", ")}`);
  }
  const fix = fixOf(classes.map(fittedOf), first.modelSha256, first.provenance);
  await writeFix(out, fix);
  return fix;
}

function readFitted({ folder }: Part): Promise<FittedDocument> {
  const path = join(folder, FITTED_FILE);
  return requireDocument(path, FITTED_SCHEMA, FITTED_DOCUMENT_SHAPE, resultInvalid);
}

/** @throws SHARDS_INCOMPLETE the parts are not of one model */
function requireOneWidth(parts: readonly Part[], documents: readonly FittedDocument[]): void {
  const widths = documents.flatMap(({ classes }, i) =>
    classes.map(({ mean }) => ({ width: Buffer.byteLength(mean, "base64"), part: parts[i] })),
  );
  const other = widths.find(({ width }) => width !== widths[0]?.width);
  if (other?.part === undefined) return;
  throw incomplete(other.part.folder, "directions of as many features in every part", "others");
}
