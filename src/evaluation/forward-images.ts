import { availableParallelism } from "node:os";
import { SpuriousError } from "../errors.js";
import type { Classifier } from "../models/classifier.js";
import { type Batch, type Pixels, ShapeBuckets } from "./shape-buckets.js";

/** What the model said about one image. */
export interface Forwarded<S> {
  readonly source: S;
  /** [classes] float32, a view that is valid until the next batch is asked for. */
  readonly logits: Float32Array;
  /** [d] float32, when features were asked for. */
  readonly features: Float32Array | null;
}

/** An image that could not be read. */
export interface Unread<S> {
  readonly source: S;
  readonly error: SpuriousError;
}

export interface ForwardImagesOptions {
  readonly features?: boolean;
  readonly signal?: AbortSignal;
}

export interface Step<S> {
  readonly done: Forwarded<S>[];
  readonly unread: Unread<S>[];
}

interface Loaded<S> {
  readonly source: S;
  readonly image: Pixels;
}

/**
 * Rows of a forward pass of images that are not square. The number of rows (and on a CPU that of
 * threads) decides the last bits of what each row gets, its place and its company do not: with one
 * fixed number of rows an image's numbers are the same in whatever part of whatever run it is looked
 * at. Small, since a size is often that of few images, and the rows left over are computed for nothing.
 */
const ODD_SIZE_ROWS = { cpu: 4, cuda: 16 } as const;

/** Images of odd sizes that may wait for others of their size, in batches. */
const WAITING_BATCHES = 16;

/**
 * Runs any number of images through a model, in bounded memory: reads and prepares a window of
 * images, then forwards the batches that are full. On the CPU the two alternate, since decoding
 * threads and the forward pass's own on the same cores cost each other far more than the overlap
 * gains; a GPU computes one window while the next is read.
 *
 * @param load decodes and prepares one image; a SpuriousError about the image becomes `unread`
 * @throws CANCELLED between batches once `signal` fires
 */
export async function* forwardImages<S>(
  classifier: Classifier,
  sources: readonly S[],
  load: (source: S) => Promise<Pixels>,
  options: ForwardImagesOptions = {},
): AsyncGenerator<Step<S>> {
  const { batch } = classifier;
  const rowsOf = (image: Pixels): number => rowsFor(classifier, image);
  const buckets = new ShapeBuckets<Loaded<S>>(rowsOf, batch * WAITING_BATCHES);
  const overlap = classifier.engine.device !== "cpu";
  let running: Promise<Forwarded<S>[]> | undefined;

  for (let start = 0; start < sources.length; start += batch) {
    refuseAborted(options.signal);
    const { loaded, unread } = await loadWindow(sources.slice(start, start + batch), load);
    const ready = loaded.flatMap((item) => buckets.add(item));
    if (start + batch >= sources.length) ready.push(...buckets.flush());
    const forwarded = forwardAll(classifier, ready, options);
    if (overlap) {
      // A failure is thrown where it is awaited, one window later.
      forwarded.catch(() => undefined);
      yield { done: (await running) ?? [], unread };
      running = forwarded;
    } else {
      yield { done: await forwarded, unread };
    }
  }
  if (running) yield { done: await running, unread: [] };
}

async function loadWindow<S>(
  window: readonly S[],
  load: (source: S) => Promise<Pixels>,
): Promise<{ loaded: Loaded<S>[]; unread: Unread<S>[] }> {
  const results = new Array<Loaded<S> | Unread<S>>(window.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < window.length; i = next++) {
      const source = window[i] as S;
      try {
        results[i] = { source, image: await load(source) };
      } catch (error) {
        if (!(error instanceof SpuriousError) || !error.code.startsWith("IMAGE_")) throw error;
        results[i] = { source, error };
      }
    }
  };
  // One image more than there are cores, so that a core has work while a result is handed over.
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
  const loaded = results.filter((item): item is Loaded<S> => "image" in item);
  const unread = results.filter((item): item is Unread<S> => "error" in item);
  return { loaded, unread };
}

async function forwardAll<S>(
  classifier: Classifier,
  batches: readonly Batch<Loaded<S>>[],
  options: ForwardImagesOptions,
): Promise<Forwarded<S>[]> {
  const done: Forwarded<S>[] = [];
  for (const batch of batches) {
    refuseAborted(options.signal);
    done.push(...(await forwardBatch(classifier, batch, options)));
  }
  return done;
}

/** In as many passes as it takes: a device without memory for the batch gets half of it. */
async function forwardBatch<S>(
  classifier: Classifier,
  batch: Batch<Loaded<S>>,
  options: ForwardImagesOptions,
): Promise<Forwarded<S>[]> {
  const done: Forwarded<S>[] = [];
  while (done.length < batch.items.length) {
    const items = batch.items.slice(done.length, done.length + rowsFor(classifier, batch));
    try {
      done.push(...(await forwardRows(classifier, { ...batch, items }, options)));
    } catch (error) {
      const full = error instanceof SpuriousError && error.code === "OUT_OF_MEMORY";
      if (!full || !classifier.halveBatch()) throw error;
    }
  }
  return done;
}

async function forwardRows<S>(
  classifier: Classifier,
  batch: Batch<Loaded<S>>,
  options: ForwardImagesOptions,
): Promise<Forwarded<S>[]> {
  const { items, height, width } = batch;
  const bytes = height * width * 3;
  const pixels = new Uint8Array(items.length * bytes);
  for (const [i, item] of items.entries()) pixels.set(item.image.pixels, i * bytes);
  const { mean, std } = classifier.normalization.value;
  const result = await classifier.engine.forward(
    {
      pixels,
      count: items.length,
      height,
      width,
      mean,
      std,
      batch: rowsFor(classifier, batch),
      features: options.features ?? false,
    },
    options.signal,
  );
  const depth = (result.features?.length ?? 0) / items.length;
  return items.map(({ source }, i) => ({
    source,
    logits: result.logits.subarray(i * result.classes, (i + 1) * result.classes),
    features: result.features?.subarray(i * depth, (i + 1) * depth) ?? null,
  }));
}

/** Full batches for the square input, which is compiled for one shape, and for models that insist. */
function rowsFor(
  { batch, batchIsFixed, engine }: Classifier,
  { height, width }: Pick<Pixels, "height" | "width">,
): number {
  if (batchIsFixed || height === width) return batch;
  return Math.min(batch, ODD_SIZE_ROWS[engine.device === "cpu" ? "cpu" : "cuda"]);
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new SpuriousError("CANCELLED", "the work was stopped between two batches");
  }
}
