/**
 * Every export of the C++ addon, typed. Nothing else in the program calls `require` on the addon;
 * test/native/contract.test.ts compares this file with the addon that was built.
 *
 * Tensors cross as typed arrays with a shape, rows first. Rejections carry `code` (a key of ERRORS).
 */

export type ResizeFilter = "bicubic" | "bilinear";
export type SimdLevel = "scalar" | "avx2" | "avx512" | "neon";

export interface AddonInfo {
  readonly version: string;
  readonly torch: string;
  readonly cudaCompiled: boolean;
  /** Best level this CPU runs; `simdLevels` lists all that can be asked for. */
  readonly simd: SimdLevel;
  readonly simdLevels: SimdLevel[];
  readonly cpuCapability: string;
  readonly hardwareThreads: number;
}

export interface CudaDevice {
  readonly index: number;
  readonly name: string;
  readonly memoryBytes: number;
}

export interface ResizeCropRequest {
  /** RGB, 8 bit, row by row: width * height * 3 bytes. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly resizeWidth: number;
  readonly resizeHeight: number;
  /** Rectangle of the resized picture that is wanted (may be all of it). */
  readonly cropLeft: number;
  readonly cropTop: number;
  readonly cropWidth: number;
  readonly cropHeight: number;
  readonly filter: ResizeFilter;
  /** For tests and benchmarks; default: the best level. */
  readonly simd?: SimdLevel;
}

export type ResizeJpegRequest = Omit<ResizeCropRequest, "pixels"> & {
  /** Content of the file; `width` and `height` are those its header tells. */
  readonly bytes: Uint8Array;
};

export type DType = "fp32" | "bf16" | "fp16";

export interface LoadRequest {
  readonly path: string;
  /** "cpu", "cuda" or "cuda:N". */
  readonly device: string;
  readonly dtype: DType;
  /** CPU threads of the forward pass; 0 = all cores. */
  readonly threads: number;
  /** Requests that may wait; one more is refused (the TypeScript engine waits instead). */
  readonly queueCapacity: number;
}

export interface NativeHead {
  readonly kind: "linear" | "addmm" | "matmul" | "conv1x1";
  readonly classes: number;
  readonly features: number;
  readonly bias: boolean;
  /** What makes the rest of the logits where they are a sum ("aten::mul"); null where nothing does. */
  readonly addend: string | null;
}

export interface NativeFeatureMap {
  /** "map": [N,C,H,W] before pooling; "tokens": [N,T,C] of a transformer. */
  readonly kind: "map" | "tokens";
  /** The operation that made it, for example "aten::_convolution". */
  readonly operation: string;
  /** How the features follow from it, for example "aten::adaptive_avg_pool2d". */
  readonly pooling: string;
}

/** What the graph shows; metadata and flags are joined in TypeScript. */
export interface ModelDescription {
  /** compiled: a .pt2 package of AOTInductor. */
  readonly kind: "traced" | "scripted" | "frozen" | "compiled";
  /** Type name of the outermost module, for example "ResNet". */
  readonly typeName: string;
  readonly parameters: number;
  readonly parameterDtypes: string[];
  readonly output: "tensor" | "tuple" | "dict" | "list";
  readonly outputKey: string | null;
  /** Softmax or log-softmax at the very end was taken off; logits are what it was given. */
  readonly softmaxRemoved: boolean;
  readonly head: NativeHead | null;
  /** Why `head` is null. */
  readonly headMissing: string | null;
  readonly featureMap: NativeFeatureMap | null;
  /** Normalisation seen in the graph before the first layer. */
  readonly normalization: { readonly mean: number[]; readonly std: number[] } | null;
  readonly inputChannels: number | null;
  readonly inputSize: number | null;
  /** Content of the archive's extra file spurious_native.json, or null. */
  readonly metadata: string | null;
}

export interface ForwardRequest {
  /** RGB, 8 bit, [count, height, width, 3]. */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Per channel: (value/255 - mean) / std in float32. [0,0,0] and [1,1,1] leave [0,1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Rows the graph is run with; fewer images are padded. */
  readonly batch: number;
  readonly features?: boolean;
  readonly featureMap?: boolean;
}

export interface ForwardResult {
  /** [count, classes] float32. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [count, d] float32. */
  readonly features: Float32Array | null;
  /** [count, ...featureMapShape] float32. */
  readonly featureMap: Float32Array | null;
  readonly featureMapShape: number[] | null;
  /** Seconds on the engine's thread. */
  readonly seconds: number;
}

/** What alpha_l is made of: alpha_l(x) = <1, v_l> * <w_k * phi(x) - mean_k, v_l>. */
export interface ComponentsRequest {
  /** How many directions; L below. */
  readonly components: number;
  /** Length of the feature vectors; d below. */
  readonly dimensions: number;
  /** [d] row k of the last layer; left out: the row `column` of the model's own head. */
  readonly weight?: Float32Array;
  /** Column of the logits that stands for the class. */
  readonly column: number;
  /** [L, d] principal directions v_l, one after another. */
  readonly directions: Float32Array;
  /** [d] mean of w_k * phi over the training images of the class. */
  readonly classMean: Float32Array;
}

/** Feature attack: one image per direction, all in one batch. */
export interface AttackRequest extends ComponentsRequest {
  /** Eigen index of each direction. With `seed` and `classIndex` it fixes the start of its image. */
  readonly eigenIndices: readonly number[];
  readonly classIndex: number;
  /** Integer, 0 or more. */
  readonly seed: number;
  /** Radius of the L2 ball around grey (0.5), over all values of an image in [0, 1]. */
  readonly eps: number;
  readonly steps: number;
  readonly height: number;
  readonly width: number;
  /** Per channel, of values in [0, 1]; applied before the model, inside what is differentiated. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Rows the graph is run with; fewer images are padded. */
  readonly batch: number;
  /** Of the softmax that `probabilities` come from. */
  readonly temperature: number;
  /** [L, 3, height, width] in the ball and in [0, 1], instead of random ones on the sphere. */
  readonly start?: Float32Array;
  /** Asks for `log`. */
  readonly log?: boolean;
  /** Called with the number of steps done; reports are left out while JavaScript is busy. */
  readonly onStep?: (done: number) => void;
}

export interface AttackResult {
  /** [L, 3, height, width] float32 in [0, 1]: the best image met. */
  readonly images: Float32Array;
  /** [L, height, width, 3] RGB: the same rounded to 8 bit. */
  readonly pixels: Uint8Array;
  /** [L] <1, v_l> * <w_k * phi, v_l>, not centred: what was maximised. */
  readonly objectives: Float32Array;
  /** [L] alpha_l of the image, centred. */
  readonly alphas: Float32Array;
  /** [L] logit of the class. */
  readonly classLogits: Float32Array;
  /** [L] softmax(logits / temperature) of the class, computed in float64, rounded to float32. */
  readonly probabilities: Float32Array;
  /** [L, classes] */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [L] L2 distance from grey. */
  readonly perturbations: Float32Array;
  /** [L, 1 + steps] the objective of the grey image, then of the point held after each step. */
  readonly log: Float32Array | null;
  /** Graph that gave the gradients: frozen, or the file's own where freezing loses them. */
  readonly graph: "frozen" | "original";
}

export type CamLayerName = "auto" | "last-map" | "last-conv" | "last-depthwise" | "last-attention";
export type CamMethod = "closed-form" | "autograd";

/** Grad-CAM of alpha_l for each of `components` directions and each of `count` images. */
export interface GradCamRequest extends ComponentsRequest {
  /** As in ForwardRequest. */
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly batch: number;
  /**
   * The layer whose channels are weighed. last-map: the map that the features are pooled from;
   * last-conv, last-depthwise: output of the last convolution (with one group per channel), a
   * folded batch norm included; last-attention: the normalised tokens that the last attention is
   * given. auto (default): last-map, but last-attention where the features are a class token.
   */
  readonly layer?: CamLayerName;
  /** Default "auto": closed form where the features are the mean of the layer, else gradients. */
  readonly method?: CamMethod | "auto";
}

export interface GradCamResult {
  /** Of the layer's channels: [L, C] in closed form, [L, count, C] by gradients. */
  readonly weights: Float32Array;
  readonly weightsShape: number[];
  /** [L, count, h, w] weighted sums of channels before ReLU. */
  readonly raw: Float32Array;
  readonly rawShape: number[];
  /** [L, count, height, width] in [0, 1]: what people look at. A map without positive value is 0. */
  readonly maps: Float32Array;
  /** [L, count] */
  readonly alphas: Float32Array;
  readonly method: CamMethod;
  readonly layer: Exclude<CamLayerName, "auto">;
  /** The operation that made the layer, for example "aten::relu_". */
  readonly operation: string;
  readonly graph: "frozen" | "original";
}

/** The classifier's last linear layer: logits = scale * (weight * features + bias). */
export interface HeadWeights {
  readonly classes: number;
  /** Length of the feature vectors; d below. */
  readonly features: number;
  /** [classes, d] */
  readonly weight: Float32Array;
  /** [classes] */
  readonly bias: Float32Array | null;
  /** What the graph multiplies the layer's output by: a temperature inside the model. */
  readonly scale: number;
}

/** A loaded model on its own thread. Calls are answered in order. */
export interface NativeEngine {
  readonly description: ModelDescription;
  /** `pixels` must not change until the promise settles. */
  forward(request: ForwardRequest): Promise<ForwardResult>;
  /** Rows the model insists on (traced with a fixed batch), or null. Runs the model. */
  probeBatch(height: number, width: number): Promise<number | null>;
  /** Rejects with MODEL_OUTPUT_UNSUPPORTED where no linear head was found. */
  headWeights(): Promise<HeadWeights>;
  /** Rejects with MODEL_NOT_DIFFERENTIABLE where neither graph has gradients. */
  attack(request: AttackRequest): Promise<AttackResult>;
  /** `pixels` must not change until the promise settles. */
  gradCam(request: GradCamRequest): Promise<GradCamResult>;
  /**
   * Requests not yet begun are rejected with CANCELLED; a running batch is finished, a running
   * attack or Grad-CAM stops after its step and is rejected too.
   */
  cancel(): void;
  /** Drains, frees on the engine's thread; a second call is answered at once. */
  dispose(): Promise<void>;
}

/** "auto": cusolver where `device` is a GPU, tridiagonal on the CPU. */
export type PcaSolver = "auto" | "tridiagonal" | "lapack" | "cusolver";

export interface PcaSolverInfo {
  readonly name: Exclude<PcaSolver, "auto">;
  readonly device: "cpu" | "cuda";
  readonly available: boolean;
  /** How it works, or why it is not available. */
  readonly detail: string;
}

export interface FitClassPcaRequest {
  /** phi of the class's images, [images, dimensions]. */
  readonly features: Float32Array;
  readonly images: number;
  readonly dimensions: number;
  /** The class's row of the head's weight, [dimensions]. */
  readonly weight: Float32Array;
  /** Leading components asked for, at least 1; fewer come back where the rank is lower. */
  readonly components: number;
  readonly solver?: PcaSolver;
  /** "cpu" (default), "cuda" or "cuda:N": where "auto" and "cusolver" work. */
  readonly device?: string;
  /** CPU threads of the fit; 0 or nothing = all cores. */
  readonly threads?: number;
}

/** Principal components of psi = weight * features, rounded to float32; N images, d dimensions. */
export interface ClassPcaResult {
  /** m = min(components, rank). */
  readonly count: number;
  /** Numerical rank, at most N - 1; components past it do not exist. */
  readonly rank: number;
  /** [d] of psi. */
  readonly mean: Float64Array;
  /** [m], descending, of the unbiased covariance (N - 1). */
  readonly eigenvalues: Float64Array;
  /** [m, d] unit vectors; the entry of largest absolute value is positive. */
  readonly components: Float32Array;
  /** [N, m]: <1, v_l> <psi - mean, v_l>. */
  readonly alphas: Float32Array;
  /** Sum of all eigenvalues. */
  readonly totalVariance: number;
  /** Which matrix was solved: [N, N] or [d, d]. */
  readonly route: "gram" | "covariance";
  /** What solved it; differs from the solver asked for where that one handed a matrix on. */
  readonly solver: "tridiagonal" | "lapack-syevd" | "cusolver-xsyevbatched" | "cusolver-xsyevd";
  readonly seconds: number;
}

export interface NamedTensor {
  readonly name: string;
  /** [] for a number. */
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A TorchScript module to be made: its tensors and children are attributes of `self`. */
export interface ModuleSpec {
  /** Name of its class, for example "Bottleneck". */
  readonly name: string;
  /** Its methods in TorchScript, for example "def forward(self, x): ...". */
  readonly source: string;
  readonly parameters: readonly NamedTensor[];
  readonly buffers: readonly NamedTensor[];
  readonly children: readonly { readonly name: string; readonly module: ModuleSpec }[];
}

/** A model to be written with logits[columns_j] -= max(slopes_j . phi + offsets_j, 0) built in. */
export interface MendedModelRequest {
  /** The original's file. */
  readonly model: string;
  readonly path: string;
  /** J below. */
  readonly rows: number;
  /** Length of the feature vectors phi; d below. */
  readonly dimensions: number;
  /** [J, d] */
  readonly slopes: Float32Array;
  /** [J] */
  readonly offsets: Float32Array;
  /** [J] columns of the logits. */
  readonly columns: Int32Array;
  /** Further files of the archive, by name. */
  readonly extraFiles: Readonly<Record<string, string>>;
}

export interface NativeAddon {
  addonInfo(): AddonInfo;
  cudaDevices(): CudaDevice[];
  /** Pillow's antialiased resize followed by a crop; resolves to cropWidth * cropHeight * 3 bytes. */
  resizeCrop(request: ResizeCropRequest): Promise<Uint8Array>;
  /**
   * Decodes a JPEG and resizes it at once; null for any file that is not of the plain kind or has
   * anything wrong with it, which a full decoder must look at.
   */
  resizeJpeg(request: ResizeJpegRequest): Promise<Uint8Array | null>;
  loadEngine(request: LoadRequest): Promise<NativeEngine>;
  /**
   * Fits on a thread of its own, one class after the other; on a GPU, classes that wait are solved
   * together. `features` and `weight` must not change until the promise settles.
   * Rejects with PCA_INPUT_INVALID for fewer than two images, features that are not finite and
   * features that do not vary; with DEVICE_UNAVAILABLE and OUT_OF_MEMORY.
   */
  fitClassPca(request: FitClassPcaRequest): Promise<ClassPcaResult>;
  pcaSolvers(): PcaSolverInfo[];
  /** Writes a TorchScript file in evaluation mode. Tensors must not change until then. */
  writeModule(
    module: ModuleSpec,
    path: string,
    extraFiles: Readonly<Record<string, string>>,
  ): Promise<void>;
  /**
   * Writes a TorchScript file whose `model` is the whole original and whose logits are lowered.
   * Rejects with MODEL_OUTPUT_UNSUPPORTED where logits or features are not found, and as loadEngine.
   */
  writeMendedModel(request: MendedModelRequest): Promise<void>;
}
