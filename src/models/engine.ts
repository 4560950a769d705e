import type {
  AttackRequest,
  AttackResult,
  DType,
  ForwardRequest,
  ForwardResult,
  GradCamRequest,
  GradCamResult,
  HeadWeights,
  ModelDescription,
  NativeEngine,
} from "../native/contract.js";
import { addon } from "../native/load.js";
import { native } from "../native/native-error.js";
import { SpuriousError } from "../errors.js";
import { checkModelArchive } from "./check-archive.js";
import { Semaphore } from "./semaphore.js";

export interface EngineOptions {
  /** "cpu", "cuda" or "cuda:N"; "auto" takes the first CUDA device there is. */
  device?: string;
  dtype?: DType;
  /** CPU threads of the forward pass; 0 = all cores. */
  threads?: number;
}

/** Batches that may wait on the engine's thread beside the one that runs. */
const QUEUE_CAPACITY = 2;

/**
 * A model on its own native thread. Loading it runs the program inside the model file.
 *
 * Calls are answered in order; a call made while the queue is full waits here, so memory stays
 * flat however fast images come.
 */
export class Engine implements AsyncDisposable {
  readonly device: string;
  readonly dtype: DType;
  /** CPU threads of the forward pass. */
  readonly threads: number;
  readonly description: ModelDescription;
  readonly #engine: NativeEngine;
  readonly #places = new Semaphore(QUEUE_CAPACITY);
  /** First runs of compiled graphs, by what they were compiled for. */
  readonly #firstRuns = new Map<string, Promise<void>>();
  #disposed: Promise<void> | undefined;

  private constructor(engine: NativeEngine, device: string, dtype: DType, threads: number) {
    this.#engine = engine;
    this.device = device;
    this.dtype = dtype;
    this.threads = threads;
    this.description = engine.description;
  }

  /** @throws MODEL_* for files that cannot be used, DEVICE_UNAVAILABLE, OUT_OF_MEMORY. */
  static async load(path: string, options: EngineOptions = {}): Promise<Engine> {
    const { dtype = "fp32" } = options;
    const threads = options.threads || Math.max(1, addon().addonInfo().hardwareThreads);
    const device = chooseDevice(options.device ?? "auto");
    await checkModelArchive(path);
    const engine = await native(
      addon().loadEngine({ path, device, dtype, threads, queueCapacity: QUEUE_CAPACITY }),
    );
    return new Engine(engine, device, dtype, threads);
  }

  /**
   * One forward pass: logits always, features and last feature map when asked for.
   * `pixels` must not change until the promise settles.
   * @throws CANCELLED when `signal` fires before the batch began.
   */
  forward(request: ForwardRequest, signal?: AbortSignal): Promise<ForwardResult> {
    return this.#inTurn(async (engine) => {
      if (isCompiled(request)) await this.#firstRun(engine, request);
      refuseAborted(signal);
      return await native(engine.forward(request));
    }, signal);
  }

  /** Rows the model insists on (it was traced with a fixed batch), or null. Runs the model. */
  fixedBatch(height: number, width: number): Promise<number | null> {
    return this.#inTurn((engine) => native(engine.probeBatch(height, width)));
  }

  /** The last linear layer. @throws MODEL_OUTPUT_UNSUPPORTED the model has none that was found */
  headWeights(): Promise<HeadWeights> {
    return this.#inTurn((engine) => native(engine.headWeights()));
  }

  /**
   * Feature attack images, one per direction.
   * @throws MODEL_NOT_DIFFERENTIABLE, OUT_OF_MEMORY; CANCELLED when `signal` fires, within a step
   */
  attack(request: AttackRequest, signal?: AbortSignal): Promise<AttackResult> {
    return this.#inTurn((engine) => native(engine.attack(request)), signal);
  }

  /**
   * Grad-CAM of alpha, for every direction and image. `pixels` must not change until the promise
   * settles.
   * @throws MODEL_NOT_DIFFERENTIABLE, MODEL_OUTPUT_UNSUPPORTED, CANCELLED
   */
  gradCam(request: GradCamRequest, signal?: AbortSignal): Promise<GradCamResult> {
    return this.#inTurn((engine) => native(engine.gradCam(request)), signal);
  }

  /**
   * The first run of a compiled graph only profiles it, and its numbers differ in their last bits from
   * those of all later ones: an image's must not depend on whether it was in the first batch of a
   * process.
   */
  #firstRun(engine: NativeEngine, request: ForwardRequest): Promise<void> {
    const { height, width, batch, features = false, featureMap = false } = request;
    const key = [height, width, batch, features, featureMap].join(" ");
    const known = this.#firstRuns.get(key);
    if (known !== undefined) return known;
    const pixels = new Uint8Array(height * width * 3);
    // A model at fault says so again to the images.
    const done = engine.forward({ ...request, pixels, count: 1 }).then(
      () => undefined,
      () => void this.#firstRuns.delete(key),
    );
    this.#firstRuns.set(key, done);
    return done;
  }

  /** Makes a native call as soon as there is a place for it. */
  async #inTurn<T>(call: (engine: NativeEngine) => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#refuseDisposed();
    const release = await this.#places.acquire();
    const cancel = (): void => this.#engine.cancel();
    try {
      refuseAborted(signal);
      signal?.addEventListener("abort", cancel, { once: true });
      return await call(this.#engine);
    } finally {
      signal?.removeEventListener("abort", cancel);
      release();
    }
  }

  /** Finishes the calls made before it and frees the model. May be called again. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#drain();
    return this.#disposed;
  }

  /** Places are given in order: whoever holds all of them has outlived every earlier call. */
  async #drain(): Promise<void> {
    for (let place = 0; place < QUEUE_CAPACITY; place++) await this.#places.acquire();
    await native(this.#engine.dispose());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #refuseDisposed(): void {
    if (this.#disposed) {
      throw new SpuriousError("INTERNAL", "a disposed engine was asked for a forward pass");
    }
  }
}

/** As the native engine decides it: full batches of square images are worth compiling for. */
function isCompiled({ height, width, batch }: ForwardRequest): boolean {
  return batch > 1 && height === width;
}

export function chooseDevice(asked: string): string {
  if (asked !== "auto") return asked;
  return addon().cudaDevices().length > 0 ? "cuda:0" : "cpu";
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new SpuriousError("CANCELLED", "the batch was cancelled");
}
