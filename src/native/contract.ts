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
  readonly kind: "traced" | "scripted" | "frozen";
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

/** A loaded model on its own thread. Calls are answered in order. */
export interface NativeEngine {
  readonly description: ModelDescription;
  /** `pixels` must not change until the promise settles. */
  forward(request: ForwardRequest): Promise<ForwardResult>;
  /** Rows the model insists on (traced with a fixed batch), or null. Runs the model. */
  probeBatch(height: number, width: number): Promise<number | null>;
  /** Requests not yet begun are rejected with CANCELLED; the running one is finished. */
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
}
