import { join } from "node:path";
import { type BenchmarkFolders, benchmarkFolders } from "../config/locations.js";
import { openBenchmark } from "../datasets/benchmark.js";
import type { Benchmark, Sample } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import { decoderDescription } from "../images/decoder.js";
import type { Preset, Preprocessing } from "../images/presets.js";
import { preprocessImage } from "../images/preprocess.js";
import { classesWithoutColumn } from "../imagenet/class-map.js";
import { describeClasses } from "../imagenet/find-class.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import { addon } from "../native/load.js";
import { chooseReportImages, makeThumbnails } from "../report/thumbnails.js";
import {
  buildEvalResult,
  type EvalProvenance,
  type EvalResult,
  type SkippedImage,
} from "../results/eval-result.js";
import { JOURNAL_NAME, ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { writeEvalResult } from "../results/write-eval-result.js";
import type { ImageRow } from "../scoring/image-row.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { forwardImages } from "./forward-images.js";
import { hashOfNames, Journal } from "./journal.js";
import { imageRow, type SoftmaxColumns, softmaxColumns } from "./image-row.js";
import { choosePreprocessing } from "./preprocessing.js";
import { withoutUnscoredClasses } from "./unscored-classes.js";

export interface EvaluateRequest extends ClassifierRequest, ResultFolderOptions {
  /** Spurious pictures; else SPURIOUS_IMAGENET, else the configuration file. */
  readonly data?: string | undefined;
  /** Validation pictures; else inside `data`, IMAGENET_ROOT or the configuration file. */
  readonly val?: string | undefined;
  readonly preset?: Preset | undefined;
  /** Part of the resized shorter side that preset `model` keeps; default: the model's metadata. */
  readonly cropFraction?: number | undefined;
  readonly interpolation?: "bicubic" | "bilinear" | undefined;
  /** Result folder; nothing is written without one. */
  readonly out?: string | undefined;
  /** Resamples of the bootstrap, default 2000; 0 for no intervals. */
  readonly bootstrap?: number | undefined;
  readonly seed?: number | undefined;
  readonly maxPixels?: number | undefined;
  /** Outputs that the softmax of a wide head runs over; default all, as in the original. */
  readonly softmax?: SoftmaxColumns | undefined;
  /** Leave out classes that a wide head has no column for, instead of refusing. */
  readonly allowMissingClasses?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

/** What the journal holds of one picture: its row, or why there is none. */
type Entry = { readonly row: ImageRow } | { readonly skipped: SkippedImage };

const DEFAULT_BOOTSTRAP = 2000;

/**
 * The spurious score of a model: one forward pass over the benchmark, then the same scoring as
 * `score`. Pictures that cannot be read are listed in `counts.skipped`.
 *
 * With `out`, work done is kept in a journal until the result is complete, and `resume` goes on
 * from it.
 * @throws DATA_*, MODEL_*, CLASS_MAP_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, RESUME_MISMATCH,
 *   CANCELLED
 */
export async function evaluate(request: EvaluateRequest): Promise<EvalResult> {
  const folders = benchmarkFolders(request);
  // Before minutes are spent on loading a model: is there a place for the result?
  await using folder =
    request.out === undefined ? null : await ResultFolder.open(request.out, request);
  await using classifier = await Classifier.open(request);
  const run = await EvalRun.prepare(request, classifier, folders);
  await using journal = folder && (await run.openJournal(folder, request.resume ?? false));
  const entries = await run.forward(journal);
  return run.finish(entries, folder);
}

/** One evaluation: what was asked for, the opened model and the opened data. */
class EvalRun {
  readonly #started = new Date();
  readonly #preprocessing: Preprocessing;
  readonly #columns: readonly number[] | undefined;
  #forwarded = 0;
  #forwardSeconds = 0;

  private constructor(
    private readonly request: EvaluateRequest,
    private readonly classifier: Classifier,
    private readonly benchmark: Benchmark,
    private readonly samples: readonly Sample[],
    private readonly missing: readonly number[],
  ) {
    this.#preprocessing = choosePreprocessing(request, classifier);
    this.#columns = softmaxColumns(request.softmax ?? "all", classifier.classMap);
  }

  static async prepare(
    request: EvaluateRequest,
    classifier: Classifier,
    folders: BenchmarkFolders,
  ): Promise<EvalRun> {
    const { classMap } = classifier;
    const benchmark = await openBenchmark({ ...folders, classMap });
    const missing = classesWithoutColumn(
      classMap,
      benchmark.classes.map(({ index }) => index),
    );
    if (missing.length > 0 && request.allowMissingClasses !== true) {
      throw new SpuriousError(
        "CLASS_MAP_INVALID",
        `matching classes: ${classMap.name}: expected a column for every class of the benchmark, got none for ${describeClasses(missing)}`,
        {
          input: classMap.name,
          hint: "pass --allow-missing-classes to leave these classes out of the score",
        },
      );
    }
    const without = new Set(missing.map(({ index }) => index));
    const samples = benchmark.samples.filter(({ classIndex }) => !without.has(classIndex));
    return new EvalRun(request, classifier, benchmark, samples, [...without]);
  }

  openJournal(folder: ResultFolder, resume: boolean): Promise<Journal<Entry>> {
    const { model, dtype, normalization, temperature } = this.classifier.provenance();
    const settings = {
      version: VERSION,
      model: (model as { sha256: string }).sha256,
      dtype,
      normalization,
      temperature,
      classMap: this.classifier.classMap.name,
      preprocessing: this.#preprocessing,
      softmax: this.request.softmax ?? "all",
      images: hashOfNames(this.samples.map(keyOf)),
    };
    return Journal.open(folder.file(JOURNAL_NAME), settings, resume);
  }

  /** Entries of all samples, those of an earlier run included. */
  async forward(journal: Journal<Entry> | null): Promise<Entry[]> {
    const { signal, maxPixels, progress = NO_PROGRESS } = this.request;
    const entries = [...(journal?.earlier ?? [])];
    const done = new Set(entries.map(keyOfEntry));
    const left = this.samples.filter((sample) => !done.has(keyOf(sample)));
    const load = (sample: Sample) =>
      preprocessImage(
        sample.file,
        { preprocessing: this.#preprocessing, split: sample.split, maxPixels },
        addon(),
      );
    const begun = performance.now();
    progress.begin("evaluating", this.samples.length, "images", done.size);
    try {
      const steps = forwardImages(this.classifier, left, load, signal ? { signal } : {});
      for await (const { done: forwarded, unread } of steps) {
        const fresh: Entry[] = [
          ...unread.map(({ source, error }) => ({ skipped: skippedImage(source, error) })),
          ...forwarded.map(({ source, logits }) => ({
            row: imageRow(source, logits, this.classifier, this.#columns),
          })),
        ];
        entries.push(...fresh);
        await journal?.append(fresh);
        progress.advance(fresh.length);
      }
    } finally {
      progress.end();
    }
    this.#forwarded = left.length;
    this.#forwardSeconds = (performance.now() - begun) / 1000;
    return entries;
  }

  async finish(entries: readonly Entry[], folder: ResultFolder | null): Promise<EvalResult> {
    const { classMap } = this.classifier;
    const order = new Map(this.samples.map((sample, i) => [keyOf(sample), i]));
    const place = (entry: Entry): number => order.get(keyOfEntry(entry)) ?? 0;
    const sorted = [...entries].sort((a, b) => place(a) - place(b));
    const skipped = sorted.flatMap((entry) => ("skipped" in entry ? [entry.skipped] : []));
    const scorable = withoutUnscoredClasses(
      sorted.flatMap((entry) => ("row" in entry ? [entry.row] : [])),
      skipped,
      this.missing,
      classMap,
    );
    const result = buildEvalResult({
      rows: scorable.rows,
      classMap,
      components: new Map(this.benchmark.classes.map((one) => [one.index, one.components])),
      skipped,
      ignored: this.benchmark.ignored,
      unscoredClasses: scorable.unscored,
      provenance: this.#provenance(),
    });
    if (folder) {
      const images = await this.#thumbnails(result, scorable.rows);
      await writeEvalResult(folder, result, scorable.rows, classMap, images);
    }
    return result;
  }

  #thumbnails(result: EvalResult, rows: readonly ImageRow[]) {
    const { spuriousRoot, valRoot } = this.benchmark;
    const fileOf = ({ split, path }: ImageRow): string =>
      join(split === "val" ? valRoot : spuriousRoot, path);
    return makeThumbnails(chooseReportImages(result, rows), fileOf);
  }

  #provenance(): EvalProvenance {
    const { request, benchmark, classifier } = this;
    const { torch, simd } = addon().addonInfo();
    const { layout, valLayout, spuriousRoot, valRoot } = benchmark;
    return {
      version: VERSION,
      ...classifier.provenance(),
      model: classifier.provenance()["model"] as EvalProvenance["model"],
      dtype: classifier.engine.dtype,
      device: classifier.engine.device,
      batch: classifier.batch,
      classMap: classifier.classMap.name,
      softmax: request.softmax ?? "all",
      preset: this.#preprocessing.preset,
      preprocessing: this.#preprocessing,
      decoder: decoderDescription(simd),
      torch,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      threads: request.threads ?? "all",
      seed: request.seed ?? 0,
      bootstrap: request.bootstrap ?? DEFAULT_BOOTSTRAP,
      data: { spurious: spuriousRoot, layout, val: valRoot, valLayout },
      started: this.#started.toISOString(),
      seconds: (Date.now() - this.#started.getTime()) / 1000,
      imagesPerSecond: this.#forwarded === 0 ? null : this.#forwarded / this.#forwardSeconds,
    };
  }
}

function keyOf({ split, path }: { split: string; path: string }): string {
  return `${split}:${path}`;
}

function keyOfEntry(entry: Entry): string {
  return keyOf("row" in entry ? entry.row : entry.skipped);
}

function skippedImage(sample: Sample, error: SpuriousError): SkippedImage {
  const { path, split, classIndex } = sample;
  return { path, split, class: classIndex, code: error.code, message: error.message };
}
