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
}

/**
 * Batches that are journalled together: few enough that little work is lost, many enough that the
 * pipeline seldom runs empty at their ends.
 */
const BATCHES = 32;

/** An image on its way through the model; the rest is known when it has been read. */
interface Passenger {
  readonly address: ImageAddress;
  hash: string;
  isTraining: boolean;
}

/** One forward pass over every image of the task that the state has not seen. */
export async function forwardPool(
  task: Task,
  measure: Measure,
  state: MineState,
  journal: Journal<Stretch>,
  { signal, progress = NO_PROGRESS, throughput }: ForwardPoolOptions,
): Promise<void> {
  const length = measure.classifier.batch * BATCHES;
  let waiting: Passenger[] = [];
  let toSkip = state.seen;
  const flush = async (): Promise<void> => {
    const options = { signal, progress, throughput };
    const stretch = await forwardStretch(waiting, task, measure, state, options);
    waiting = [];
    await journal.append([stretch]);
    state.count(stretch);
  };
  for await (const address of imagesOf(task)) {
    if (toSkip > 0) {
      toSkip -= 1;
      continue;
    }
    waiting.push({ address, hash: "", isTraining: false });
    if (waiting.length === length) await flush();
  }
  if (waiting.length > 0) await flush();
}

async function forwardStretch(
  passengers: readonly Passenger[],
  task: Task,
  measure: Measure,
  state: MineState,
  { signal, progress = NO_PROGRESS, throughput }: ForwardPoolOptions,
): Promise<Stretch> {
  const best: MeasuredImage[] = [];
  const skipped: Stretch["skipped"][number][] = [];
  let training = 0;
  const steps = forwardImages(
    measure.classifier,
    passengers,
    (passenger) => load(passenger, task, measure),
    { features: true, ...(signal && { signal }) },
  );
  for await (const { done, unread } of steps) {
    for (const { source, error } of unread) {
      skipped.push({ id: source.address.id, code: error.code, message: error.message });
    }
    for (const one of done) {
      if (one.source.isTraining) {
        training += 1;
        continue;
      }
      const image = measured(one, measure);
      if (state.offer(image)) best.push(image);
    }
    progress.advance(done.length + unread.length);
    throughput?.add(done.length + unread.length);
  }
  return { seen: passengers.length, training, skipped, best };
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
