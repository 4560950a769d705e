import { rm } from "node:fs/promises";
import { join } from "node:path";
import { benchmarkFolders } from "../config/locations.js";
import { imageSizes } from "../datasets/image-sizes.js";
import { readValSet, type ValSet } from "../datasets/imagenet-val.js";
import type { Sample } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import {
  ACCURACY_ENTRY_SHAPE,
  type AccuracyEntry,
  firstArms,
  measureAccuracy,
} from "../evaluation/accuracy.js";
import { type Arm, BenchmarkRun, PLAIN_ARM } from "../evaluation/benchmark-run.js";
import type { ScoredArm } from "../evaluation/entries.js";
import type { EvaluateRequest } from "../evaluation/evaluate.js";
import { softmaxColumns } from "../evaluation/image-row.js";
import { hashOfNames, Journal } from "../evaluation/journal.js";
import { choosePreprocessing } from "../evaluation/preprocessing.js";
import { Classifier } from "../models/classifier.js";
import { sha256File } from "../models/sha256.js";
import { ResultFolder } from "../results/result-folder.js";
import { writeEvalResult } from "../results/write-eval-result.js";
import type { Watch } from "../sources/index-walks.js";
import { openPictureTree } from "../sources/open-tree.js";
import { bootstrapDifferences } from "../scoring/bootstrap.js";
import { groupByClass } from "../scoring/class-groups.js";
import { armStrengths, doseCurve } from "./dose-curve.js";
import { finishedFixEvaluation } from "./finished-fix-evaluation.js";
import { type FixAccuracy, type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "./fix-evaluation.js";
import { openFix } from "./fix-file.js";
import { fixPage } from "./fix-page.js";
import { fixedArms } from "./fixed-arms.js";
import { sideEffects } from "./side-effects.js";

export interface EvaluateFixRequest extends EvaluateRequest {
  /** The fix's file. */
  readonly fix: string;
  /** What beta is multiplied by, default 1. */
  readonly strength?: number | undefined;
  /** Measure top-1 accuracy over all classes of this validation folder too. */
  readonly accuracy?: string | undefined;
}

/**
 * The spurious score of a model before and after its fix, from one forward pass per picture, with
 * paired intervals, side effects and the scores at other strengths.
 * @throws as evaluate; ARTEFACT_INVALID the fix is damaged, belongs to another model or other inputs
 */
export async function evaluateFix(request: EvaluateFixRequest): Promise<FixEvaluation> {
  const folders = benchmarkFolders(request);
  if (request.resume === true && request.out !== undefined) {
    const finished = await finishedFixEvaluation(request.out, request);
    if (finished !== null) return finished;
  }
  await using folder =
    request.out === undefined ? null : await ResultFolder.open(request.out, request);
  await using classifier = await Classifier.open({ ...request, allowNoHead: false });
  const fix = await openFix(request.fix, classifier);
  const { strength = 1 } = request;
  const sha256 = await sha256File(request.fix);
  const strengths = armStrengths(strength);
  // A folder that is none is told before the forward pass over the benchmark.
  const accuracySet =
    request.accuracy === undefined
      ? null
      : await openAccuracySet(request.accuracy, classifier, request);
  const file = { path: request.fix, sha256 };
  const arms = [PLAIN_ARM, ...(await fixedArms(classifier, fix, strengths.slice(1), file))];
  const run = await BenchmarkRun.prepare(request, classifier, folders, arms);
  await using journal =
    folder && (await run.openJournal(folder, request.resume ?? false, { fix: sha256, strengths }));
  const entries = await run.forward(journal);
  const [before, after] = run.score(entries, COMPARED_ARMS) as [ScoredArm, ScoredArm];
  await using accuracyJournal =
    folder && accuracySet && (await openAccuracyJournal(folder, accuracySet, request.resume));
  const measured =
    accuracySet && (await accuracyOf(request, accuracySet, classifier, arms, accuracyJournal));
  const accuracy = measured && { ...measured, ...firstArms(measured, COMPARED_ARMS) };
  const evaluation: FixEvaluation = {
    schema: SPUFIX_EVAL_SCHEMA,
    strength,
    before: before.result,
    after: after.result,
    difference: differenceOf(before, after),
    accuracy,
    sideEffects: sideEffects(before.result, after.result, accuracy, classifier.classMap),
    doseCurve: doseCurve(strengths, (arm) => run.overall(entries, arm), measured?.accuracy ?? null),
  };
  if (folder) {
    await write(folder, evaluation, run, classifier, before, after);
    await rm(folder.file(ACCURACY_JOURNAL), { force: true });
  }
  return evaluation;
}

/** Before and after; the others are for the dose curve alone. */
const COMPARED_ARMS = 2;

/** After less before, with paired intervals. */
export function differenceOf(before: ScoredArm, after: ScoredArm): FixEvaluation["difference"] {
  const { bootstrap, seed } = before.result.provenance;
  const intervals = bootstrapDifferences(
    groupByClass(before.rows).classes,
    groupByClass(after.rows).classes,
    { resamples: bootstrap, seed },
  );
  const [a, b] = [before.result, after.result];
  return {
    mean: { value: b.score.mean - a.score.mean, ci95: intervals?.mean.ap ?? null },
    joint: { value: b.score.joint - a.score.joint, ci95: intervals?.joint.ap ?? null },
    classes: b.classes.map(({ index, label, ap }, i) => ({
      index,
      label,
      value: ap - (a.classes[i]?.ap ?? Number.NaN),
      ci95: intervals?.classes[i]?.ap ?? null,
    })),
  };
}

interface AccuracySet extends Pick<ValSet, "samples"> {
  readonly root: string;
  /** Tells the pictures from others of the same names. */
  readonly imageSizes: string;
  /** Classes that the model can predict. */
  readonly modelClasses: number;
}

async function openAccuracySet(
  folder: string,
  { classMap }: Classifier,
  watch: Watch,
): Promise<AccuracySet> {
  const indices = classMap.classes.map(({ index }) => index);
  const known = new Set(indices.filter((index) => classMap.columnOf(index) !== -1));
  const { samples, tree } = await readValSet(await openPictureTree(folder, watch), classMap, known);
  const { root } = tree;
  if (samples.length > 0) {
    const pathOf = ({ path }: Sample): string => path;
    const sizes = await imageSizes(samples, pathOf, ({ path }) => tree.sizeOf(path));
    return { samples, root, imageSizes: sizes, modelClasses: known.size };
  }
  throw new SpuriousError(
    "DATA_LAYOUT",
    `measuring accuracy: ${root}: expected validation pictures of classes of ${classMap.name}, got none`,
    { input: root },
  );
}

/** Beside the benchmark's journal, whose settings (model, fix, strengths) are this one's too. */
const ACCURACY_JOURNAL = "accuracy.jsonl";

async function openAccuracyJournal(
  folder: ResultFolder,
  { samples, imageSizes: sizes }: AccuracySet,
  resume = false,
): Promise<Journal<AccuracyEntry>> {
  const file = folder.file(ACCURACY_JOURNAL);
  if (!resume) await rm(file, { force: true });
  const images = hashOfNames(samples.map(({ path }) => path));
  return Journal.open<AccuracyEntry>(
    file,
    { accuracyImages: images, accuracyImageSizes: sizes },
    resume,
    { keyOf: ({ path }) => path, shape: ACCURACY_ENTRY_SHAPE },
  );
}

async function accuracyOf(
  request: EvaluateFixRequest,
  { samples, root, modelClasses }: AccuracySet,
  classifier: Classifier,
  arms: readonly Arm[],
  journal: Journal<AccuracyEntry> | null,
): Promise<FixAccuracy> {
  const measured = await measureAccuracy(classifier, samples, arms, {
    journal,
    preprocessing: choosePreprocessing(request, classifier),
    columns: softmaxColumns(request.softmax ?? "all", classifier.classMap),
    maxPixels: request.maxPixels,
    signal: request.signal,
    progress: request.progress,
  });
  return { ...measured, root, modelClasses };
}

/** Both arms as results of their own, for `compare` and `leaderboard`; the comparison last. */
async function write(
  folder: ResultFolder,
  evaluation: FixEvaluation,
  run: BenchmarkRun,
  classifier: Classifier,
  before: ScoredArm,
  after: ScoredArm,
): Promise<void> {
  for (const [name, arm] of [
    ["before", before],
    ["after", after],
  ] as const) {
    await using part = await ResultFolder.open(join(folder.path, name), { force: true });
    const images = await run.thumbnails(arm);
    await writeEvalResult(part, arm.result, arm.rows, classifier.classMap, images);
  }
  await folder.complete([
    { name: "report.html", content: fixPage(evaluation) },
    { name: "result.json", content: `${JSON.stringify(evaluation, null, 2)}\n` },
  ]);
}
