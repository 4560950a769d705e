import { isInShard, WHOLE } from "../cluster/shard.js";
import type { BenchmarkFolders } from "../config/locations.js";
import { openBenchmark } from "../datasets/benchmark.js";
import type { Benchmark, Sample } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import { decoderDescription } from "../images/decoder.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Preprocessing } from "../images/presets.js";
import { presentClasses } from "../imagenet/present-classes.js";
import type { Classifier } from "../models/classifier.js";
import { addon } from "../native/load.js";
import type { ReportImages } from "../report/eval-report.js";
import type { EvalProvenance, SkippedImage } from "../results/eval-result.js";
import { JOURNAL_NAME, type ResultFolder } from "../results/result-folder.js";
import { groupByClass } from "../scoring/class-groups.js";
import type { ImageRow } from "../scoring/image-row.js";
import { type Overall, spuriousScore } from "../scoring/spurious-score.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import { type Forwarded, forwardImages } from "./forward-images.js";
import { imageRow, type SoftmaxColumns, softmaxColumns } from "./image-row.js";
import {
  ENTRY_SHAPE,
  type Entry,
  inOrder,
  keyOf,
  keyOfEntry,
  sampleSizes,
  type ScoredArm,
  scoredRows,
  scoreEntries,
  type SeenBenchmark,
  thumbnailsOf,
} from "./entries.js";
import { hashOfNames, Journal, type JournalSettings } from "./journal.js";
import { choosePreprocessing, type PreprocessingFlags } from "./preprocessing.js";
import { Throughput } from "./throughput.js";

export interface BenchmarkRunOptions extends PreprocessingFlags {
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

/** One way of reading the forward pass: as it is, or with logits changed by the features. */
export interface Arm {
  /** Changes a copy of the logits [outputs] in place. @param features phi: [d] */
  readonly adjust?: (logits: Float32Array, features: Float32Array) => void;
  /** What the result's provenance says beside what is the same for all arms. */
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/** The model as it is. */
export const PLAIN_ARM: Arm = {};

export const DEFAULT_BOOTSTRAP = 2000;

/** One forward pass of an opened model over an opened benchmark, read in one or several arms. */
export class BenchmarkRun {
  readonly #started = new Date();
  readonly #preprocessing: Preprocessing;
  readonly #columns: readonly number[] | undefined;
  readonly #seen: SeenBenchmark;
  #throughput: Throughput | undefined;

  private constructor(
    private readonly options: BenchmarkRunOptions,
    private readonly classifier: Classifier,
    private readonly benchmark: Benchmark,
    private readonly samples: readonly Sample[],
    /** Classes that the head has no column for. */
    readonly missing: readonly number[],
    private readonly arms: readonly Arm[],
    private readonly imageSizes: string,
  ) {
    this.#preprocessing = choosePreprocessing(options, classifier);
    const { classMap } = classifier;
    this.#columns = softmaxColumns(options.softmax ?? "all", classMap);
    this.#seen = { classMap, benchmark, missing };
  }

  /** @throws DATA_*, CLASS_MAP_INVALID, USAGE_INVALID */
  static async prepare(
    options: BenchmarkRunOptions,
    classifier: Classifier,
    folders: BenchmarkFolders,
    arms: readonly Arm[],
  ): Promise<BenchmarkRun> {
    const { classMap } = classifier;
    const { signal, progress } = options;
    const benchmark = await openBenchmark({ ...folders, classMap, signal, progress });
    const { present, missing } = presentClasses(
      classMap,
      benchmark.classes.map(({ index }) => index),
      { of: "the benchmark", allowMissing: options.allowMissingClasses },
    );
    const samples = benchmark.samples.filter(({ classIndex }) => present.has(classIndex));
    const without = missing.map(({ index }) => index);
    const sizes = await sampleSizes(benchmark, samples);
    return new BenchmarkRun(options, classifier, benchmark, samples, without, arms, sizes);
  }

  /** Number of images. */
  get images(): number {
    return this.samples.length;
  }

  /** What decides the rows, of whatever part of the images. */
  get settings(): JournalSettings {
    const { sha256, engine, normalization, temperature, classMap } = this.classifier;
    return {
      version: VERSION,
      model: sha256,
      dtype: engine.dtype,
      normalization,
      temperature,
      classMap: classMap.name,
      preprocessing: this.#preprocessing,
      softmax: this.options.softmax ?? "all",
      maxPixels: this.options.maxPixels ?? null,
      images: hashOfNames(this.samples.map(keyOf)),
      imageSizes: this.imageSizes,
    };
  }

  /** @param settings what decides the rows beside model, preprocessing and images */
  openJournal(
    folder: Pick<ResultFolder, "file">,
    resume: boolean,
    settings: JournalSettings = {},
  ): Promise<Journal<Entry>> {
    const all = { ...this.settings, ...settings };
    const rules = { keyOf: keyOfEntry, shape: ENTRY_SHAPE };
    return Journal.open(folder.file(JOURNAL_NAME), all, resume, rules);
  }

  /**
   * Entries of all samples, or those of a part of them, in their order; those of an earlier run are
   * taken from the journal.
   */
  async forward(journal: Journal<Entry> | null, shard = WHOLE): Promise<Entry[]> {
    const { signal, maxPixels, progress = NO_PROGRESS } = this.options;
    const entries = [...(journal?.earlier ?? [])];
    const done = new Set(entries.map(keyOfEntry));
    const own = this.samples.filter((sample) => isInShard(keyOf(sample), shard));
    const left = own.filter((sample) => !done.has(keyOf(sample)));
    const load = (sample: Sample) =>
      preprocessImage(
        sample.source,
        { preprocessing: this.#preprocessing, split: sample.split, maxPixels },
        addon(),
      );
    const throughput = new Throughput();
    this.#throughput = throughput;
    progress.begin("evaluating", own.length, "images", done.size);
    try {
      const steps = forwardImages(this.classifier, left, load, {
        features: this.arms.some(({ adjust }) => adjust !== undefined),
        ...(signal && { signal }),
      });
      for await (const { done: forwarded, unread } of steps) {
        const fresh: Entry[] = [
          ...unread.map(({ source, error }) => ({ skipped: skippedImage(source, error) })),
          ...forwarded.map((one) => ({ rows: this.arms.map((arm) => this.#row(one, arm)) })),
        ];
        entries.push(...fresh);
        await journal?.append(fresh);
        progress.advance(fresh.length);
        throughput.add(fresh.length);
      }
    } finally {
      progress.end();
    }
    return inOrder(entries, this.samples);
  }

  /** The scores of the first arms, of all by default. */
  score(entries: readonly Entry[], arms = this.arms.length): ScoredArm[] {
    return this.arms
      .slice(0, arms)
      .map((arm, at) =>
        scoreEntries(entries, at, this.#seen, { ...this.provenance(), ...arm.provenance }),
      );
  }

  /** Mean and joint average precision of one arm, without intervals. */
  overall(entries: readonly Entry[], arm: number): Overall {
    return spuriousScore(groupByClass(scoredRows(entries, arm, this.#seen).rows).classes).ap;
  }

  /** Thumbnails for the report of an arm. */
  thumbnails(scored: ScoredArm): Promise<ReportImages> {
    return thumbnailsOf(scored, this.samples, this.options.signal);
  }

  #row({ source, logits, features }: Forwarded<Sample>, { adjust }: Arm): ImageRow {
    let adjusted = logits;
    if (adjust) {
      if (features === null) throw new SpuriousError("INTERNAL", "a forward pass without features");
      adjusted = logits.slice();
      adjust(adjusted, features);
    }
    return imageRow(source, adjusted, this.classifier, this.#columns);
  }

  /** What a result says of how it was made; times are those until now. */
  provenance(): EvalProvenance {
    const { options, benchmark, classifier, imageSizes } = this;
    const { torch, simd } = addon().addonInfo();
    const { layout, valLayout, spuriousRoot, valRoot } = benchmark;
    return {
      version: VERSION,
      ...classifier.provenance(),
      preset: this.#preprocessing.preset,
      preprocessing: this.#preprocessing,
      decoder: decoderDescription(simd),
      softmax: options.softmax ?? "all",
      torch,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      threads: classifier.engine.threads,
      seed: options.seed ?? 0,
      bootstrap: options.bootstrap ?? DEFAULT_BOOTSTRAP,
      data: { spurious: spuriousRoot, layout, val: valRoot, valLayout, imageSizes },
      started: this.#started.toISOString(),
      seconds: (Date.now() - this.#started.getTime()) / 1000,
      imagesPerSecond: this.#throughput?.imagesPerSecond ?? null,
      steadyImagesPerSecond: this.#throughput?.steadyImagesPerSecond ?? null,
    };
  }
}

function skippedImage(sample: Sample, error: SpuriousError): SkippedImage {
  const { path, split, classIndex } = sample;
  return { path, split, class: classIndex, code: error.code, message: error.message };
}
