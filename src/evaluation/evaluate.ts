import { benchmarkFolders } from "../config/locations.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import type { EvalResult } from "../results/eval-result.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { writeEvalResult } from "../results/write-eval-result.js";
import { BenchmarkRun, type BenchmarkRunOptions, PLAIN_ARM } from "./benchmark-run.js";
import { finishedEvaluation } from "./finished-evaluation.js";

/** Where the pictures of a benchmark are. */
export interface BenchmarkPlaces {
  /** Spurious pictures; else SPURIOUS_IMAGENET, else the configuration file. */
  readonly data?: string | undefined;
  /** Validation pictures; else inside `data`, IMAGENET_ROOT or the configuration file. */
  readonly val?: string | undefined;
}

export interface EvaluateRequest
  extends ClassifierRequest,
    BenchmarkRunOptions,
    BenchmarkPlaces,
    ResultFolderOptions {
  /** Result folder; nothing is written without one. */
  readonly out?: string | undefined;
}

/**
 * The spurious score of a model: one forward pass over the benchmark, then the same scoring as
 * `score`. Pictures that cannot be read are listed in `counts.skipped`.
 *
 * With `out`, work done is kept in a journal until the result is complete, and `resume` goes on
 * from it. A result that is complete already is given back where it is the one asked for.
 * @throws DATA_*, MODEL_*, CLASS_MAP_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, RESUME_MISMATCH,
 *   CANCELLED
 */
export async function evaluate(request: EvaluateRequest): Promise<EvalResult> {
  const folders = benchmarkFolders(request);
  if (request.resume === true && request.out !== undefined) {
    const finished = await finishedEvaluation(request.out, request);
    if (finished !== null) return finished;
  }
  // Before minutes are spent on loading a model: is there a place for the result?
  await using folder =
    request.out === undefined ? null : await ResultFolder.open(request.out, request);
  await using classifier = await Classifier.open(request);
  const run = await BenchmarkRun.prepare(request, classifier, folders, [PLAIN_ARM]);
  await using journal = folder && (await run.openJournal(folder, request.resume ?? false));
  const [scored] = run.score(await run.forward(journal));
  if (scored === undefined) throw new RangeError("a run with an arm has a score");
  const { result, rows } = scored;
  if (folder) {
    const images = await run.thumbnails(scored);
    await writeEvalResult(folder, result, rows, classifier.classMap, images);
  }
  return result;
}
