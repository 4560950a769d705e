import type { Journal } from "../evaluation/journal.js";
import { type Forwarded, forwardImages } from "../evaluation/forward-images.js";
import { type PreparedImage, preprocessImage } from "../images/preprocess.js";
import type { Throughput } from "../evaluation/throughput.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import { addon } from "../native/load.js";
import { alphasOf } from "../pca/alpha.js";
import type { ClassPca } from "../pca/class-pca.js";
import { imageProbabilities } from "../scoring/softmax.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import type { MeasuredImage, MineState, Stretch } from "./mine-state.js";
import { OpenStretch, type Outcome } from "./open-stretch.js";
import { perceptualHash } from "./perceptual-hash.js";
import type { ImageAddress } from "./pool.js";
import { imagesOf, type Task } from "./survey.js";
import type { TrainingImages } from "./training-images.js";

/** What turns an image into alphas. */
export interface Measure {
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  /** The PCA of the class with the asked components alone. */
  readonly pca: ClassPca;
  /** Column of the class in the model's head. */
  readonly column: number;
  readonly training: TrainingImages;
  readonly maxPixels?: number | undefined;
}

export interface ForwardPoolOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
  readonly throughput?: Throughput | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: (() => number) | undefined;
}

/** Batches that are read ahead together: so many that the pipeline seldom runs empty at their ends. */
const BATCHES = 32;

/** Milliseconds of work at most that a killed run does again, but for the batches on their way. */
const LONGEST = 30_000;

/** An image on its way through the model; the rest is known when it has been read. */
interface Passenger {
  readonly address: ImageAddress;
  /** Among the images of the part. */
  readonly place: number;
  hash: string;
  isTraining: boolean;
}

/**
 * One forward pass over every image of the task that the state has not seen. Whatever ends it, what
 * was done before is in the journal.
 */
export async function forwardPool(
  task: Task,
  measure: Measure,
  state: MineState,
  journal: Journal<Stretch>,
  options: ForwardPoolOptions,
): Promise<void> {
  const { now = () => performance.now() } = options;
  const stretch = new OpenStretch(state);
  let keptAt = now();
  const keep = async (): Promise<void> => {
    const done = stretch.take();
    keptAt = now();
    if (done.seen === 0) return;
    await journal.append([done]);
    state.count(done);
  };
  try {
    for await (const passengers of loadsOf(task, measure, state.seen)) {
      const steps = forwardLoad(passengers, task, measure, options);
      for await (const [{ place }, outcome] of steps) {
        stretch.settle(place, outcome);
        if (now() - keptAt >= LONGEST) await keep();
      }
      await keep();
    }
  } catch (error) {
    await keep();
    throw error;
  }
}

/** The images behind the first `seen`, as many at once as are read ahead together. */
async function* loadsOf(
  task: Task,
  { classifier }: Measure,
  seen: number,
): AsyncGenerator<Passenger[]> {
  const length = classifier.batch * BATCHES;
  let waiting: Passenger[] = [];
  let place = -1;
  for await (const address of imagesOf(task)) {
    place += 1;
    if (place < seen) continue;
    waiting.push({ address, place, hash: "", isTraining: false });
    if (waiting.length < length) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

async function* forwardLoad(
  passengers: readonly Passenger[],
  task: Task,
  measure: Measure,
  { signal, progress = NO_PROGRESS, throughput }: ForwardPoolOptions,
): AsyncGenerator<[Passenger, Outcome]> {
  const steps = forwardImages(
    measure.classifier,
    passengers,
    (passenger) => load(passenger, task, measure),
    { features: true, ...(signal && { signal }) },
  );
  for await (const { done, unread } of steps) {
    for (const { source, error } of unread) {
      const { code, message } = error;
      yield [source, { skipped: { id: source.address.id, code, message } }];
    }
    for (const one of done) {
      const isTraining = one.source.isTraining;
      yield [one.source, isTraining ? "training" : { measured: measured(one, measure) }];
    }
    progress.advance(done.length + unread.length);
    throughput?.add(done.length + unread.length);
  }
}

async function load(
  passenger: Passenger,
  { pools }: Task,
  { training, preprocessing, maxPixels }: Measure,
): Promise<PreparedImage> {
  const { address } = passenger;
  const pool = pools[address.pool];
  if (pool === undefined) throw new RangeError("an address names one of the pools");
  const bytes = await pool.read(address);
  passenger.isTraining = await training.has(bytes);
  const image = await preprocessImage(
    { bytes, name: address.id },
    { preprocessing, split: "val", maxPixels },
    addon(),
  );
  passenger.hash = perceptualHash(image);
  return image;
}

function measured(
  { source, logits, features }: Forwarded<Passenger>,
  { classifier, column, pca }: Measure,
): MeasuredImage {
  if (features === null) throw new RangeError("features were asked for");
  const { p } = imageProbabilities(logits, column, classifier.temperature.value);
  const { address, hash } = source;
  return { ...address, probability: p, hash, alphas: [...alphasOf(pca, features)] };
}
