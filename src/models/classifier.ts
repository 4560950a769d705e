import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { portableClassMap, resolveClassMap } from "../imagenet/class-map.js";
import type { ClassMapDocument } from "../imagenet/class-map-file.js";
import type { DType } from "../native/contract.js";
import { addon } from "../native/load.js";
import { Engine } from "./engine.js";
import { type ModelMetadata, parseMetadata } from "./metadata.js";
import {
  type Chosen,
  chooseInputSize,
  chooseNormalization,
  chooseTemperature,
  type ModelFlags,
  type Normalization,
} from "./model-options.js";
import { verifiedHash } from "./sha256.js";

export interface ClassifierRequest extends ModelFlags {
  model: string;
  device?: string | undefined;
  dtype?: DType | undefined;
  batch?: number | undefined;
  threads?: number | undefined;
  /** Expected SHA-256 of the model file. */
  sha256?: string | undefined;
  /** Accept a model whose last linear layer cannot be found: logits only. */
  allowNoHead?: boolean | undefined;
  /** What is to be done needs the penultimate features; wins over `allowNoHead`. */
  needsFeatures?: boolean | undefined;
  /** Told what a person should know although the work goes on. */
  onWarning?: ((text: string) => void) | undefined;
}

/** How many images a forward pass takes when nobody says. */
const DEFAULT_BATCH = { cpu: 32, cuda: 256 } as const;

/** A loaded model together with everything needed to feed it and to read its outputs. */
export class Classifier implements AsyncDisposable {
  #batch: number;
  #halved = false;

  private constructor(
    readonly engine: Engine,
    readonly file: string,
    readonly sha256: string,
    readonly metadata: ModelMetadata,
    readonly inputSize: Chosen<number>,
    readonly normalization: Chosen<Normalization>,
    readonly temperature: Chosen<number>,
    readonly classMap: ClassMap,
    /** What names the class map anywhere: a name or a document; undefined for the default. */
    readonly classMapSpec: string | ClassMapDocument | undefined,
    batch: number,
    /** The model was traced with a fixed batch: every forward pass has `batch` rows. */
    readonly batchIsFixed: boolean,
    private readonly onWarning: ClassifierRequest["onWarning"],
  ) {
    this.#batch = batch;
  }

  /** Rows of a full forward pass. */
  get batch(): number {
    return this.#batch;
  }

  /**
   * Halves the batch, once: for a device that has run out of memory.
   * @returns false where it has been halved before, is one image or is the model's own
   */
  halveBatch(): boolean {
    if (this.#halved || this.batchIsFixed || this.#batch === 1) return false;
    this.#halved = true;
    const before = this.#batch;
    this.#batch = Math.ceil(before / 2);
    this.onWarning?.(
      `out of memory with batches of ${String(before)} images; going on with ${String(this.#batch)}`,
    );
    return true;
  }

  /**
   * Loads a model file and settles how it is used: flags win over metadata, metadata over what the
   * graph shows; what is nowhere is an error that names the flag.
   */
  static async open(request: ClassifierRequest): Promise<Classifier> {
    const sha256 = await verifiedHash(request.model, request.sha256);
    const engine = await Engine.load(request.model, {
      ...(request.device !== undefined && { device: request.device }),
      ...(request.dtype !== undefined && { dtype: request.dtype }),
      ...(request.threads !== undefined && { threads: request.threads }),
    });
    try {
      return await Classifier.#settle(engine, request, sha256);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  static async #settle(
    engine: Engine,
    request: ClassifierRequest,
    sha256: string,
  ): Promise<Classifier> {
    const { description } = engine;
    const metadata =
      description.metadata === null ? {} : parseMetadata(description.metadata, request.model);
    requireHead(engine, metadata, request);
    if (description.inputChannels !== null && description.inputChannels !== 3) {
      throw new SpuriousError(
        "MODEL_OUTPUT_UNSUPPORTED",
        `reading the model: ${request.model}: expected RGB input (3 channels), got ${String(description.inputChannels)}`,
        { input: request.model, hint: "wrap the model so that it takes RGB images" },
      );
    }
    const inputSize = chooseInputSize(request, metadata, description);
    const normalization = chooseNormalization(request, metadata, description);
    const temperature = chooseTemperature(request, metadata);
    const fixed = await engine.fixedBatch(inputSize.value, inputSize.value);
    const width = description.head?.classes ?? (await outputWidth(engine, inputSize.value, fixed));
    const spec = request.classMap ?? (metadata.classMap as string | ClassMapDocument | undefined);
    const classMap = resolveClassMap(spec, width);
    const kind = engine.device === "cpu" ? "cpu" : "cuda";
    return new Classifier(
      engine,
      request.model,
      sha256,
      metadata,
      inputSize,
      normalization,
      temperature,
      classMap,
      portableClassMap(spec, classMap),
      fixed ?? request.batch ?? DEFAULT_BATCH[kind],
      fixed !== null,
      request.onWarning,
    );
  }

  /** What decides the last bits of its numbers, beside the kind of processor: parts have the same. */
  get rounding() {
    const { device, threads } = this.engine;
    return {
      batch: this.batch,
      // Those of a processor decide nothing where another device does the work.
      threads: device === "cpu" ? threads : null,
      torch: addon().addonInfo().torch,
    };
  }

  /** The part of a result's provenance that this model decides. */
  provenance() {
    return {
      model: {
        path: this.file,
        sha256: this.sha256,
        metadata: Object.keys(this.metadata).length === 0 ? null : this.metadata,
        typeName: this.engine.description.typeName,
        head: this.engine.description.head,
      },
      dtype: this.engine.dtype,
      device: this.engine.device,
      batch: this.batch,
      inputSize: this.inputSize,
      normalization: { ...this.normalization.value, origin: this.normalization.origin },
      temperature: this.temperature,
      classMap: this.classMap.name,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.engine.dispose();
  }
}

/** A mended model has logits only: behind its head, the fix lowers them. */
function requireHead(engine: Engine, metadata: ModelMetadata, request: ClassifierRequest): void {
  const { head, headMissing } = engine.description;
  const { model, allowNoHead = false, needsFeatures = false } = request;
  if (head !== null) return;
  const mended = metadata["spufix"] !== undefined;
  if (mended && needsFeatures) {
    throw new SpuriousError(
      "MODEL_ALREADY_MENDED",
      `inspecting the model: ${model}: expected a model before its fix, got one with the fix built in`,
      { input: model },
    );
  }
  if (mended || (allowNoHead && !needsFeatures)) return;
  throw new SpuriousError(
    "MODEL_NO_LINEAR_HEAD",
    `inspecting the model: ${model}: expected a last linear layer before the logits, got none: ${headMissing ?? "unknown"}`,
    { input: model },
  );
}

/** Number of outputs of a model without a known head, seen by running it once. */
async function outputWidth(engine: Engine, size: number, fixed: number | null): Promise<number> {
  const result = await engine.forward({
    pixels: new Uint8Array(size * size * 3),
    count: 1,
    height: size,
    width: size,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    batch: fixed ?? 1,
  });
  return result.classes;
}
